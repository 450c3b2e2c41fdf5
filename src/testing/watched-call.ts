/** One real call of a test, to an endpoint or an agent, watched from its beginning to its end. */
import type { WebSocket } from "ws";
import { CallAnalyser } from "../analysis/call-analyser.js";
import { loadOpus } from "../audio/opus.js";
import type { CallEvent, Observer } from "../call/events.js";
import { type Clock, realClock } from "../clock.js";
import { shownUrl } from "../pbx/dial.js";
import type { ProfileName } from "../protocol/profiles.js";
import type { QuirkName } from "../protocol/quirks.js";
import { createRecorder, type Recorder } from "../recording/writer.js";
import type { KeyPress } from "../simulate/appointments.js";
import type { NetworkModel } from "../simulate/network.js";
import * as simulated from "../simulate/place-call.js";
import type { Play, PlayOptions } from "./call-script.js";
import { type Duration, durationMs } from "./duration.js";
import { Overheard } from "./overheard.js";
import { type AgentToCall, type OwnEndpoint, ownEndpoint } from "./own-endpoint.js";
import type { HeardAudio, PlacedCall } from "./placed-call.js";

/** An endpoint that is there already. */
export interface UrlToCall {
  /** `ws://` or `wss://`. */
  readonly url: string;
  /** Sent with the upgrade request. Secrets: shown nowhere. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PlaceCallSettings extends PlayOptions {
  /** What surrounds the media, by the edition of SmartPBX's document. Default: what the scenario says, or `v06`. */
  readonly profile?: ProfileName;
  /** Default: numbers and an account that nobody has. */
  readonly caller?: string;
  readonly callee?: string;
  readonly account?: string;
  /** Keys that are pressed whatever is being said. */
  readonly keys?: readonly KeyPress[];
  /** Hangs up then. Default: when all is said and answered. */
  readonly hangUpAfter?: Duration;
  /** Cuts the connection then, without a word. */
  readonly dropAfter?: Duration;
  /** How bad the way to the endpoint is. Default: nothing is late or missing. */
  readonly network?: NetworkModel;
  /** What the PBX does otherwise than its document says. */
  readonly quirks?: readonly QuirkName[];
  /** Saves the call in a folder of its own in this one. */
  readonly record?: string;
  /** Keeps numbers, transcripts, keys and arguments readable in that recording. */
  readonly showPersonal?: boolean;
  /** Hangs up in good order, or gives up dialling. */
  readonly signal?: AbortSignal;
  /**
   * Default: the real one. A `ManualClock` is moved by the call itself, as fast as the far end answers: a minute of talk takes
   * a fraction of a second, and gives the same numbers each time. For agents that keep time by what they hear.
   */
  readonly clock?: Clock;
}

export type PlaceCallOptions = PlaceCallSettings & (UrlToCall | AgentToCall);

/** A play, and who takes notes of it. */
export interface WatchedPlay extends Play {
  readonly watch: CallWatch;
}

/** What the clock of a test needs to know of its call. */
export interface OpenCall {
  readonly socket: WebSocket;
  /** The agent can hear, or never will. Always true where a URL was called. */
  readonly isReady: () => boolean;
  /** What the caller has heard so far. @param atMs of the call */
  readonly heard: (atMs: number) => HeardAudio;
  readonly events: readonly CallEvent[];
}

/**
 * Places the call and resolves when it is over. With `agent`, a server is started for it, and stopped after it.
 * @param onOpen told when the call has begun.
 * @throws BridgeError when it cannot begin, or the signal's reason.
 */
export async function watchedCall(
  { script: maker, call, verdicts, watch }: WatchedPlay,
  options: PlaceCallOptions,
  onOpen: (call: OpenCall) => void,
): Promise<PlacedCall> {
  const { clock = realClock, record, signal, profile, network, quirks, keys, seed } = options;
  const script = new Overheard(maker);
  const opus = script.format.encoding === "opus" ? await loadOpus() : undefined;
  const analyser = new CallAnalyser({ opus });
  let recorder: Recorder | undefined;
  const observers: Observer[] = [
    watch.observe,
    (event) => analyser.observe(event),
    (event) => recorder?.observer(event),
  ];
  const own: OwnEndpoint | undefined =
    "agent" in options ? await ownEndpoint(options, () => observers, clock) : undefined;
  try {
    const endpoint = own ?? (options as UrlToCall);
    if (record !== undefined) {
      recorder = createRecorder({
        directory: record,
        clock,
        showPersonal: options.showPersonal,
        agent: own?.name ?? shownUrl(endpoint.url),
        source: "simulate",
        onWarning: (code, message) => watch.observe({ type: "warning", code, message, at: 0 }),
      });
    }
    const result = await simulated.placeCall({
      url: endpoint.url,
      ...("headers" in options && { headers: options.headers }),
      script,
      profile: profile ?? call.profile,
      caller: options.caller ?? call.caller,
      callee: options.callee ?? call.callee,
      accountId: options.account ?? call.account,
      ...(options.hangUpAfter !== undefined && { hangUpAfterMs: durationMs(options.hangUpAfter) }),
      ...(options.dropAfter !== undefined && { dropAfterMs: durationMs(options.dropAfter) }),
      keys,
      network,
      quirks,
      seed,
      signal,
      clock,
      observers: own ? [] : observers,
      onSocket: (socket) =>
        onOpen({
          socket,
          isReady: () => !own || watch.isReady,
          heard: (atMs) => script.heard(atMs),
          events: watch.events,
        }),
    });
    await own?.close();
    await recorder?.close();
    const analysis = analyser.finish();
    return {
      ok: result.ok,
      reason: result.reason,
      detail: result.ok ? result.detail : (watch.cause ?? result.detail),
      callId: result.callId,
      events: watch.events,
      analysis,
      summary: watch.summary ?? result.summary,
      verdicts: verdicts() ?? [],
      firstAudioMs: analysis.utterances.flatMap(({ reply }) => (reply ? [reply.latencyMs] : [])),
      greetingMs: analysis.greetingMs,
      bargeIns: analysis.bargeIns,
      talkOverMs: analysis.talkOverMs,
      transcripts: analysis.transcripts,
      complaints: result.complaints,
      heard: script.heard(result.summary.durationMs),
      recording: recorder?.folder(),
    };
  } finally {
    await own?.close();
    await recorder?.close();
  }
}

/** Notes what happens, and what is asked of it while the call runs. */
export class CallWatch {
  readonly events: CallEvent[] = [];
  /** The agent can hear, or never will. */
  isReady = false;
  /** What went wrong at the agent, with what can be done about it. */
  cause: string | undefined;
  summary: simulated.CallResult["summary"] | undefined;

  readonly observe = (event: CallEvent): void => {
    this.events.push(event);
    if (event.type === "agent-ready" || event.type === "call-ended") this.isReady = true;
    if (event.type !== "call-ended") return;
    this.summary = event.summary;
    const { reason, detail, fix } = event;
    if (reason.startsWith("agent-") && reason !== "agent-ended")
      this.cause = fix ? `${detail}. ${fix}` : detail;
  };

  transcript(isKnown: boolean) {
    if (!isKnown)
      return {
        unknown: "SmartPBX carries no transcripts: they are known when an agent is called, not a url",
      };
    return this.events.filter((event) => event.type === "transcript").filter(({ who }) => who === "agent");
  }
}
