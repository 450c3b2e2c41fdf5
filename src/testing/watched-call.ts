/** One real call of a test, to an endpoint or an agent, watched from its beginning to its end. */
import type { WebSocket } from "ws";
import { CallAnalyser } from "../analysis/call-analyser.js";
import { loadOpus } from "../audio/opus.js";
import type { CallEvent, Observer } from "../call/events.js";
import { type Clock, realClock } from "../clock.js";
import { shownUrl } from "../pbx/dial.js";
import type { Check } from "../report/results/result.js";
import type { CallResult } from "../simulate/place-call.js";
import type { ScriptMaker } from "../simulate/script.js";
import type { PlaceCallOptions, UrlToCall } from "./call-settings.js";
import type { CallWatch } from "./call-watch.js";
import { Overheard } from "./overheard.js";
import { type OwnEndpoint, ownEndpoint } from "./own-endpoint.js";
import type { HeardAudio, PlacedCall } from "./placed-call.js";

/** A way to place a call: with a script of its own, or as it was recorded. */
export interface Play {
  readonly script: ScriptMaker;
  /** @param script the same, listened to. */
  place(script: ScriptMaker, line: Line): Promise<Played>;
}

/** Where a call goes, and who listens. */
export interface Line {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly onSocket: (socket: WebSocket) => void;
  /** Of the caller's side. Empty where the bridge's side is watched. */
  readonly observers: readonly Observer[];
  /** The endpoint's name for people. */
  readonly name: string;
  /** Whoever is named here is told of the call, on the side that is watched. */
  readonly overhear: (observer: Observer) => void;
  /** Resolves when the call is over on that side too. */
  readonly over: () => Promise<void>;
  readonly onWarning: (code: string, message: string) => void;
}

export interface Played {
  readonly result: CallResult;
  readonly verdicts: readonly Check[];
  /** Of its recording. */
  readonly folder: string | undefined;
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
  play: Play,
  watch: CallWatch,
  options: PlaceCallOptions,
  onOpen: (call: OpenCall) => void,
): Promise<PlacedCall> {
  const { clock = realClock, signal } = options;
  const script = new Overheard(play.script);
  const opus = script.format.encoding === "opus" ? await loadOpus() : undefined;
  const analyser = new CallAnalyser(opus ? { opus } : {});
  const observers: Observer[] = [watch.observe, (event) => analyser.observe(event)];
  const own: OwnEndpoint | undefined =
    "agent" in options ? await ownEndpoint(options, () => observers, clock) : undefined;
  try {
    const { url } = own ?? (options as UrlToCall);
    const { result, verdicts, folder } = await play.place(script, {
      url,
      ...("headers" in options && options.headers && { headers: options.headers }),
      ...(signal && { signal }),
      clock,
      observers: own ? [] : observers,
      name: own?.name ?? shownUrl(url),
      overhear: (observer) => observers.push(observer),
      over: async () => own?.close(),
      onWarning: (code, message) => watch.observe({ type: "warning", code, message, at: 0 }),
      onSocket: (socket) =>
        onOpen({
          socket,
          isReady: () => !own || watch.isReady,
          heard: (atMs) => script.heard(atMs),
          events: watch.events,
        }),
    });
    await own?.close();
    const analysis = analyser.finish();
    const differs = verdicts.find(({ ok }) => !ok);
    const failed =
      result.ok && differs ? ({ reason: "expectation-failed", detail: differs.reason } as const) : result;
    return {
      ok: result.ok && !differs,
      reason: failed.reason,
      detail: (result.ok ? undefined : watch.cause) ?? failed.detail,
      callId: result.callId,
      events: watch.events,
      analysis,
      summary: watch.summary ?? result.summary,
      verdicts,
      firstAudioMs: analysis.utterances.flatMap(({ reply }) => (reply ? [reply.latencyMs] : [])),
      greetingMs: analysis.greetingMs,
      bargeIns: analysis.bargeIns,
      talkOverMs: analysis.talkOverMs,
      transcripts: analysis.transcripts,
      complaints: result.complaints,
      heard: script.heard(result.summary.durationMs),
      recording: folder,
    };
  } finally {
    await own?.close();
  }
}
