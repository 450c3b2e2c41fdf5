/** Places one call over a real socket, as SmartPBX does when somebody dials the number. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { RawData, WebSocket } from "ws";
import { FRAME_MS, type SampleRate } from "../audio/format.js";
import { loadOpus } from "../audio/opus.js";
import { createPayloadCodec } from "../audio/payload-codec.js";
import type { CallSummary, Observer } from "../call/events.js";
import { type Clock, realClock, type Timer } from "../clock.js";
import { BridgeError } from "../errors.js";
import { dial, shownUrl } from "../pbx/dial.js";
import { PROFILES, type Profile, type ProfileName } from "../protocol/profiles.js";
import { CLIPPED_START_MS, type QuirkName, withQuirks } from "../protocol/quirks.js";
import type { CallIds } from "../protocol/serialize.js";
import type { AppointedTimes } from "./appointments.js";
import type { CallerEffects } from "./call-plan.js";
import { Caller } from "./caller.js";
import type { ComplaintCode } from "./complaints.js";
import type { Outcome } from "./ending.js";
import { HeardWav } from "./heard-wav.js";
import { Histogram } from "./histogram.js";
import { DeliveryPlan, type NetworkModel } from "./network.js";
import { oddMedia } from "./odd-media.js";
import { type Paced, Pacer } from "./pacer.js";
import { type CallQuality, Quality } from "./quality.js";
import { seededRandom, seededUuid } from "./random.js";
import type { ScriptMaker } from "./script.js";

export interface CallOptions extends AppointedTimes {
  readonly url: string;
  /** Sent with the upgrade request. Secrets: they appear nowhere else. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The endpoint is this very process. */
  readonly isSelf?: boolean;
  /** The endpoint's name for people. Default: the URL without what may be secret. */
  readonly endpoint?: string;
  /** Default `v06`. */
  readonly profile?: ProfileName | Profile;
  /** Default: new ones for every call. */
  readonly ids?: CallIds;
  /** Default: numbers and an account that nobody has. */
  readonly caller?: string;
  readonly callee?: string;
  readonly accountId?: string;
  /** What the caller says and does, in the call's media format: a track, a scenario, a live phone. */
  readonly script: ScriptMaker;
  /** How bad the way to the endpoint is. Default: nothing is late or missing. */
  readonly network?: NetworkModel;
  /** Makes the call repeatable: the network's plan, and the call's ids. Default: random ids, and the plan of seed 0. */
  readonly seed?: number;
  /** The call's number in its run: with one seed, each has a plan and ids of its own. Default 0. */
  readonly index?: number;
  /** What the PBX does otherwise than its profile says. */
  readonly quirks?: readonly QuirkName[];
  /** Writes what the caller heard to this WAV file. */
  readonly out?: string;
  readonly observers?: readonly Observer[];
  /** Given the call's socket when it has begun: for pings and nothing else. */
  readonly onSocket?: (socket: WebSocket) => void;
  /** Hangs up in good order, or gives up dialling. */
  readonly signal?: AbortSignal;
  /** Shared by the calls of a load. */
  readonly pacer?: Pacer;
  readonly lateness?: Histogram;
  readonly clock?: Clock;
}

export interface CallResult extends Outcome {
  readonly callId: string;
  readonly summary: CallSummary;
  /** How late each frame was sent, in ms after its due time: our own fault, not the endpoint's. */
  readonly senderLateness: Histogram;
  /** How whole the agent's speech arrived. */
  readonly quality: CallQuality;
  /** What the endpoint did wrong, and how often. */
  readonly complaints: Readonly<Partial<Record<ComplaintCode, number>>>;
  /** Caller audio that was never sent, because a simulated network has it missing. */
  readonly missingMs: number;
  /** The WebSocket close code; 1006 when there was no closing handshake. */
  readonly closeCode: number;
}

/** A far end that does not answer our close frame is left after this time. */
const CLOSE_TIMEOUT_MS = 2000;
/** A caller this much too late has been held up together with everything that is read. */
const STALLED_MS = 2 * FRAME_MS;
const CONGESTED_FRAMES = 500 / FRAME_MS;

/**
 * Resolves when the call is over, however it went.
 * @throws BridgeError when it could not begin: what `dial` throws, or `cannot-write` for `out`. The signal's reason when it
 * is aborted before the call began.
 */
export async function placeCall(options: CallOptions): Promise<CallResult> {
  const { script: maker, out, signal, observers = [], profile = "v06" } = options;
  const opus = maker.format.encoding === "opus" ? await loadOpus() : undefined;
  const socket = await dial(options);
  const file = out === undefined ? undefined : await openOut(out, socket);

  const clock = options.clock ?? realClock;
  const pacer = options.pacer ?? new Pacer(clock);
  const senderLateness = options.lateness ?? new Histogram();
  // Whether somebody speaks can be told at 8 kHz, which is cheap; what is kept is decoded in full.
  const agentRate: SampleRate = file ? 48000 : (maker.hearsAt ?? 8000);
  const codec = createPayloadCodec(maker.format, { agentRate, opus });
  const heardWav = file && new HeardWav(codec.plain);

  const quality = new Quality();
  let closeTimer: Timer | undefined;
  const effects: CallerEffects = {
    send: (message) => socket.send(message),
    congested: () => socket.bufferedAmount > CONGESTED_FRAMES * maker.longestMessage,
    close: (code, reason) => {
      socket.close(code, reason);
      closeTimer = clock.setTimer(() => socket.terminate(), CLOSE_TIMEOUT_MS);
    },
    drop: () => socket.terminate(),
    note: (event) => {
      quality.observe(event);
      for (const observer of observers) observer(event);
    },
    heard: (frame) => {
      quality.heard(frame, now());
      heardWav?.add(frame);
    },
  };
  const { seed, index = 0, quirks = [] } = options;
  const newId = (name: string) =>
    seed === undefined ? randomUUID() : seededUuid(seededRandom(seed, index, name));
  const info = {
    ...(options.ids ?? { callId: newId("callId"), otherLegCallId: newId("otherLegCallId") }),
    accountId: options.accountId ?? "simulated",
    caller: options.caller ?? "+12025550101",
    callee: options.callee ?? "+12025550199",
    format: maker.format,
  };
  const endpoint = options.endpoint ?? shownUrl(options.url);
  const script = maker.start({ callId: info.callId, plain: codec.plain });
  const plan = {
    ...options,
    script,
    info,
    profile: withQuirks(typeof profile === "string" ? PROFILES[profile] : profile, quirks),
    endpoint,
    codec,
    network: options.network && new DeliveryPlan(options.network, seed ?? 0, index),
    oddMedia: oddMedia(quirks, maker.format),
    clippedMs: quirks.includes("clipped-start") ? CLIPPED_START_MS : 0,
  };
  const caller = new Caller(plan, effects, senderLateness);

  const openedAt = clock.now();
  const now = () => clock.now() - openedAt;
  let isReading = false;
  const paced: Paced = {
    get dueAt() {
      return openedAt + caller.dueAt;
    },
    wake: (at) => {
      if (isReading) return;
      if (!maker.isLive || at - openedAt - caller.dueAt < STALLED_MS) return caller.wake(at - openedAt);
      // What a microphone gave in a stall is read after timers: without waiting for that, silence would be said in its place.
      isReading = true;
      setImmediate(() => {
        isReading = false;
        caller.wake(now());
      });
    },
  };
  const interrupt = () => caller.interrupt(now());
  signal?.addEventListener("abort", interrupt, { once: true });
  const closeCode = await new Promise<number>((resolve) => {
    socket.on("message", (data: RawData, isBinary) => {
      if (isBinary) caller.receiveBinary(now());
      else caller.receive(data.toString(), now());
    });
    socket.on("error", (error) => caller.lost(breakage(error), now()));
    socket.on("close", (code, reason) => {
      if (code === 1006) caller.lost("the connection was lost", now());
      else caller.closed(code, reason.toString(), now());
      resolve(code);
    });
    socket.resume();
    caller.open();
    pacer.add(paced);
    options.onSocket?.(socket);
    if (signal?.aborted) interrupt();
  });
  closeTimer?.cancel();
  signal?.removeEventListener("abort", interrupt);
  pacer.remove(paced);
  codec.free();

  const { outcome, summary, complaints } = caller as Caller & { outcome: Outcome; summary: CallSummary };
  if (file && heardWav) await writeOut(file, heardWav.file(summary.durationMs), out as string);
  return {
    ...outcome,
    callId: info.callId,
    summary,
    senderLateness,
    quality: quality.sums,
    complaints,
    missingMs: caller.missingMs,
    closeCode,
  };
}

function breakage(error: NodeJS.ErrnoException): string {
  const code = error.code ?? "";
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return "the endpoint sent a message of more than 1 MiB";
  if (code.startsWith("WS_ERR_")) return `the endpoint broke the WebSocket protocol (${code})`;
  return `the connection was lost${code && ` (${code})`}`;
}

async function openOut(path: string, socket: WebSocket): Promise<FileHandle> {
  try {
    // What the agent said is in it: for nobody else to hear.
    return await open(path, "w", 0o600);
  } catch (cause) {
    socket.terminate();
    throw cannotWrite(path, cause);
  }
}

async function writeOut(file: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  try {
    await file.writeFile(bytes);
  } catch (cause) {
    throw cannotWrite(path, cause);
  } finally {
    await file.close();
  }
}

function cannotWrite(path: string, cause: unknown): BridgeError {
  return new BridgeError("cannot-write", `${path} cannot be written.`, {
    fix: "Check that its folder exists, may be written to and has room.",
    cause,
  });
}
