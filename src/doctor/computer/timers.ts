/** Whether this computer's clock and timers can pace calls: a frame every 20 ms, for each of them. */
import { createConverter } from "../../audio/convert.js";
import { frameBytes, PORTAL_FORMATS, pcm16 } from "../../audio/format.js";
import type { Clock } from "../../clock.js";
import { Histogram } from "../../simulate/histogram.js";
import { LoopWatch } from "../../simulate/trust.js";
import { type Checked, fine, type Problem } from "../checked.js";

const MEASURED_MS = 1000;
const EVERY_MS = 5;
/** One frame: what is later than this is heard as jitter. */
const FRAME_MS = 20;
const LARGEST_DRIFT_MS = 100;
/** Of what a call costs, the share of the filters that convert it, and the part of a processor that calls may fill (docs/performance.md, Load). */
const FILTER_SHARE = 0.23;
const FILL = 0.6;
const TRIAL_FRAMES = 400;

export interface Timing {
  readonly clock: Clock;
  /** Listens to the event loop until `stop`. */
  readonly watchLoop: () => { stop(): { readonly p99: number; readonly max: number } };
  /** Processor time for converting 20 ms of one call in both directions, in ms. */
  readonly frameCostMs: () => number;
}

export function realTiming(clock: Clock): Timing {
  return { clock, watchLoop: () => new LoopWatch(), frameCostMs: measureFrame };
}

/** Takes a second in which nothing else should run. */
export async function checkTimers({ clock, watchLoop, frameCostMs }: Timing): Promise<Checked> {
  const calls = roundedDown((FRAME_MS * FILL) / (frameCostMs() / FILTER_SHARE));
  const loop = watchLoop();
  const lateness = new Histogram();
  const [startedAt, wallStart] = [clock.now(), clock.wallMs()];
  await ticks(clock, lateness);
  const driftMs = tenths(clock.wallMs() - wallStart - (clock.now() - startedAt));
  const { p99: loopP99, max: loopMax } = loop.stop();
  const at = (p: number) => tenths(lateness.percentile(p) ?? 0);
  const [p95, p99, max] = [at(95), at(99), tenths(lateness.max ?? 0)];
  const findings = [...late(p95, p99, max), ...drifting(driftMs)];
  const measured = {
    timerLatenessMs: { p50: at(50), p95, p99, max },
    eventLoopDelayMs: { p99: loopP99, max: loopMax },
    wallDriftMs: driftMs,
    callsAtATime: calls,
  };
  const value = `timers ${p99} ms late at p99, ${max} at most; room for roughly ${calls} calls at a time`;
  if (findings.length === 0) return fine("timers", "clock and timers", value, { measured });
  return { name: "timers", what: "clock and timers", value, measured, findings };
}

/** Sets a timer every few milliseconds, at absolute deadlines, and notes how late each fires. */
function ticks(clock: Clock, lateness: Histogram): Promise<void> {
  const startedAt = clock.now();
  return new Promise((resolve) => {
    const next = (due: number) => {
      clock.setTimer(
        () => {
          const now = clock.now();
          lateness.record(now - due);
          // A long stall is one late timer, not the hundred that it swallowed.
          const following = Math.max(due + EVERY_MS, now + 1);
          if (now - startedAt >= MEASURED_MS) resolve();
          else next(following);
        },
        Math.max(0, due - clock.now()),
      );
    };
    next(startedAt + EVERY_MS);
  });
}

function late(p95: number, p99: number, max: number): Problem[] {
  if (p99 <= FRAME_MS) return [];
  const isOften = p95 > FRAME_MS;
  return [
    {
      code: "late-timers",
      severity: isOften ? "error" : "warning",
      seen: `Timers fire ${isOften ? p95 : p99} ms late at the ${isOften ? "95th" : "99th"} percentile, ${max} ms at most; a frame is due every ${FRAME_MS} ms.`,
      why: "Callers hear the agent with holes, and every latency measured here holds this computer's own.",
      fix: "End what else keeps the processor busy, or give this computer or container more of it.",
    },
  ];
}

function drifting(driftMs: number): Problem[] {
  if (Math.abs(driftMs) <= LARGEST_DRIFT_MS) return [];
  return [
    {
      code: "clock-drifts",
      severity: "warning",
      seen: `In one second the time of day went ${Math.abs(driftMs)} ms ${driftMs > 0 ? "ahead of" : "behind"} the steady clock.`,
      why: "Calls keep their pace, but the times in recordings and logs are wrong, and keys that expire may be refused.",
      fix: "Let the system keep its time: timedatectl set-ntp true",
    },
  ];
}

function measureFrame(): number {
  const ulaw = PORTAL_FORMATS.g711_ulaw;
  const pcm = pcm16(24_000);
  const [there, back] = [createConverter(ulaw, pcm), createConverter(pcm, ulaw)];
  const heard = new Uint8Array(frameBytes(ulaw)).fill(0x9a);
  const once = () => back.convert(there.convert(heard));
  for (let k = 0; k < TRIAL_FRAMES; k++) once();
  const startedAt = performance.now();
  for (let k = 0; k < TRIAL_FRAMES; k++) once();
  return (performance.now() - startedAt) / TRIAL_FRAMES;
}

/** To one figure: more is not known. */
function roundedDown(value: number): number {
  if (!(value >= 1)) return 0;
  const figure = 10 ** Math.floor(Math.log10(value));
  return Math.floor(value / figure) * figure;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
