/** A call of two seconds through everything that a real one goes through: a socket, the server, an agent that echoes, and back. */
import type { Agent } from "../../agents/index.js";
import { resolveAgent } from "../../agents/index.js";
import { FRAME_MS, PORTAL_FORMATS } from "../../audio/format.js";
import type { ServerSettings } from "../../bridge/server.js";
import { startServer } from "../../bridge/server.js";
import type { CallEvent } from "../../call/events.js";
import { BridgeError } from "../../errors.js";
import { percentile } from "../../report/numbers.js";
import { placeCall } from "../../simulate/place-call.js";
import { loadSource } from "../../simulate/source.js";
import { Track } from "../../simulate/track.js";
import { type Checked, fine, type Problem } from "../checked.js";

const CALL_MS = 2000;
const DIGITAL_SILENCE = 0xff;
/** What left later than this before the end may have been on its way when the caller hung up. */
const IN_FLIGHT_MS = 500;
const SLOW_MS = 100;

const SERVER = {
  host: "127.0.0.1",
  port: 0,
  path: "/media-stream",
  maxCalls: 2,
  maxMessageBytes: 256 * 1024,
  pingMs: 0,
};
const CALL = {
  leadMs: 60,
  preRollMs: 0,
  maxQueuedMs: 30_000,
  startTimeoutMs: 5000,
  idleTimeoutMs: 10_000,
  maxDurationMs: 10_000,
};

/**
 * What is found must be found in two calls: the computer may have been busy for a moment.
 *
 * @param signal hangs up; the check then rejects with its reason. @param agent what answers in a test of this check.
 */
export async function checkEchoCall(signal: AbortSignal, agent?: Agent): Promise<Checked> {
  const first = await echoCall(signal, agent);
  if (first.findings.length === 0) return first;
  const second = await echoCall(signal, agent);
  const again = second.findings.filter(({ code }) => first.findings.some((other) => other.code === code));
  return { ...second, findings: again };
}

async function echoCall(signal: AbortSignal, agent?: Agent): Promise<Checked> {
  const echo = agent ?? (await resolveAgent("echo", { options: { mode: "instant" }, env: {} }));
  const settings: ServerSettings = { ...SERVER, call: CALL, agent: echo, observe: () => [] };
  const source = await loadSource({ type: "sample-voice", clip: "hello" });
  const script = await Track.encode(source, PORTAL_FORMATS.g711_ulaw);
  let server: Awaited<ReturnType<typeof startServer>> | undefined;
  const echoes = new Echoes();
  try {
    server = await startServer(settings);
    const { senderLateness } = await placeCall({
      url: server.url,
      isSelf: true,
      script,
      hangUpAfterMs: CALL_MS,
      observers: [echoes.observe],
      signal,
    });
    signal.throwIfAborted();
    return judge(echoes, senderLateness.max ?? 0);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BridgeError)
      return failed("no call could be placed", `${error.message} ${error.fix}`);
    throw error;
  } finally {
    await server?.close();
  }
}

/** Which of the caller's frames came back, in order, and how long each took. */
class Echoes {
  sent = 0;
  back = 0;
  readonly tookMs: number[] = [];
  /** Overtaken by later ones. */
  #overtaken = 0;
  #now = 0;
  /** Frames on their way: their audio and when they left. */
  readonly #away: { readonly base64: string; readonly at: number }[] = [];

  /** Those that will not come any more. Only frames with sound are counted. @param lateMs how late this computer was at worst */
  lost(lateMs: number): number {
    // The rest takes as long as what came back, and the last of it may come at the end of a stall.
    const onTheWay = this.#now - IN_FLIGHT_MS - Math.max(0, ...this.tookMs) - lateMs;
    return this.#overtaken + this.#away.filter(({ at }) => at < onTheWay).length;
  }

  readonly observe = (event: CallEvent): void => {
    this.#now = event.at;
    if (event.type === "caller-audio") {
      this.sent++;
      // One frame of silence is like another: it says nothing about when it was sent.
      if (event.payload.bytes.some((byte) => byte !== DIGITAL_SILENCE))
        this.#away.push({ base64: event.payload.base64, at: event.at });
    }
    if (event.type === "agent-audio") {
      this.back++;
      const k = this.#away.findIndex(({ base64 }) => base64 === event.payload.base64);
      if (k < 0) return;
      this.tookMs.push(event.at - this.#away[k]!.at);
      this.#away.splice(0, k + 1);
      this.#overtaken += k;
    }
  };
}

function judge(echoes: Echoes, lateMs: number): Checked {
  const { sent, back, tookMs } = echoes;
  const lost = echoes.lost(lateMs);
  const p50 = tenths(percentile(tookMs, 50));
  const max = tenths(percentile(tookMs, 100));
  const measured = { framesSent: sent, framesBack: back, framesLost: lost, firstAudioMs: { p50, max } };
  if (back === 0 || p50 === null)
    return failed(
      `${sent} frames sent, none came back`,
      `The caller sent ${(sent * FRAME_MS) / 1000} s of speech and heard nothing of it.`,
      measured,
    );
  const value = `${back} of ${sent} frames came back, ${p50} ms later (at most ${max})`;
  const findings: Problem[] = [
    ...(lost > 0 ? [problem("echo-lost", `${lost} of ${sent} frames never came back.`)] : []),
    ...(p50 > SLOW_MS
      ? [problem("echo-slow", `Audio takes ${p50} ms from a caller to an agent and back, on one computer.`)]
      : []),
  ];
  if (findings.length === 0) return fine("echo-call", "echo call", value, { measured });
  return { name: "echo-call", what: "echo call", value, measured, findings };
}

function failed(value: string, seen: string, measured: object = {}): Checked {
  return {
    name: "echo-call",
    what: "echo call",
    value,
    measured: { ...measured },
    findings: [problem("echo-failed", seen)],
  };
}

function problem(code: string, seen: string): Problem {
  return {
    code,
    severity: "error",
    seen,
    why: "No agent can be heard well here, whatever it is.",
    fix: "See what the checks of the clock and the port say. Firewalls and security programs can hold up a computer's connections to itself.",
  };
}

function tenths(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
