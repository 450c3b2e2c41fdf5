/** Pacing under load: a hundred calls whose agents pour out their audio. When does each frame leave, and when does it arrive? */
import { FRAME_MS, PORTAL_FORMATS } from "../dist/audio/format.js";
import { pcmBytes } from "../dist/audio/pcm.js";
import { whiteNoise } from "../dist/audio/signal.js";
import { percentile } from "../dist/call/metrics.js";
import { runLoad } from "../dist/simulate/load.js";
import { Track } from "../dist/simulate/track.js";
import { start } from "./child.js";
import { AGENT_HZ } from "./systems.js";

const CALLS = 100;
const CALLS_PER_S = 25;
/** All calls are up after this time, and have built up their lead. */
const SETTLED_MS = 6000;
const SECONDS = Number(process.env.BENCH_PACING_SECONDS ?? 20);
const TOLERANCE_MS = 5;
const STALL_MS = 100;
const LEAD_FRAMES = 50;

/** An agent that says all at once says as much as `serve` takes. */
const SPEECH_MS = 28_000;
const LONGEST_SPEECH_S = (SPEECH_MS - SETTLED_MS) / 1000;
/** One that speaks in sentences is always two ahead. */
const SENTENCE_MS = 2000;
const SPEECH = pcmBytes(whiteNoise(5, -10, SPEECH_MS, AGENT_HZ));
const SENTENCE = SPEECH.subarray(0, (SENTENCE_MS * AGENT_HZ * 2) / 1000);

export const agentParts = {
  speech: (line) => {
    line.onAudio = () => forget(line);
    line.say(SPEECH);
  },
  sentences: (line) => {
    line.onAudio = () => forget(line);
    line.say(SENTENCE);
    line.say(SENTENCE);
    const speaking = setInterval(() => line.say(SENTENCE), SENTENCE_MS);
    line.onControl = ({ type }) => {
      if (type === "end") clearInterval(speaking);
    };
  },
};

function forget(line) {
  line.heard.length = 0;
}

export async function hundredCallsRows(agent) {
  const speech = await measure(agent, "speech", Math.min(SECONDS, LONGEST_SPEECH_S));
  const sentences = await measure(agent, "sentences", SECONDS);
  return [
    intervalRow(`${CALLS} agents that pour ${SPEECH_MS / 1000} s at once`, speech),
    intervalRow(`${CALLS} agents that pour ${SENTENCE_MS / 1000} s every ${SENTENCE_MS / 1000} s`, sentences),
    driftRow(sentences),
  ];
}

/** A `serve` of its own, so that one run does not inherit what another left. */
async function measure(agent, part, seconds) {
  const execArgv = ["--import", new URL("./departures.js", import.meta.url).href];
  const args = ["--agent", agent.spec, "--agent-option", `rate=${AGENT_HZ}`];
  const serve = await start("./serve.js", args, { execArgv });
  const idle = await start("./idle.js");
  const { arrivals, lateness } = await placeCalls(serve.url, part, seconds);
  const departures = await serve.ask("departures");
  const machine = await idle.ask("lateness");
  await Promise.all([serve.stop(), idle.stop()]);
  return {
    seconds,
    departures: departures.map((times) => settled(times, seconds)),
    arrivals: arrivals.map((times) => settled(times, seconds)),
    callersLateMs: lateness,
    machine,
  };
}

/** @returns for each call, when its frames arrived, on the same clock as departures; and how late the callers themselves were. */
async function placeCalls(url, callee, seconds) {
  const format = PORTAL_FORMATS.g711_ulaw;
  const track = await Track.encode({ samplesAt: (rate) => whiteNoise(9, -30, 1000, rate) }, format);
  const arrivals = Array.from({ length: CALLS }, () => []);
  const { summary } = await runLoad({
    call: { url, script: track, callee, hangUpAfterMs: seconds * 1000 + 2 * SETTLED_MS },
    calls: CALLS,
    concurrency: CALLS,
    ratePerS: CALLS_PER_S,
    observersOf: (index) => [
      (event) => {
        if (event.type === "agent-audio") arrivals[index].push(performance.timeOrigin + performance.now());
      },
    ],
  });
  return { arrivals, lateness: summary.senderLatenessMs.p99 };
}

/** Only the time in which all calls are up. */
function settled(times, seconds) {
  const from = times[0] + SETTLED_MS;
  return times.filter((at) => at >= from && at < from + seconds * 1000);
}

function intervalRow(name, { seconds, departures, arrivals, callersLateMs, machine }) {
  const isFree = freeSeconds(machine);
  const left = p99(departures, isFree);
  const always = () => true;
  const frames = departures.reduce((sum, { length }) => sum + length, 0);
  const complete = frames >= 0.9 * CALLS * seconds * 50;
  const beside = [
    `all seconds ${p99(departures, always)?.toFixed(1)}`,
    `arriving ${p99(arrivals, isFree)?.toFixed(1)}`,
    `callers' own lateness ${callersLateMs.toFixed(1)}`,
  ];
  return {
    cells: [
      `${name}: time between frames, off 20 ms at p99, ms`,
      `${left?.toFixed(1) ?? "the machine is too busy"}${complete ? "" : `, only ${frames} frames`}`,
      beside.join(", "),
      `≤ ${TOLERANCE_MS}`,
    ],
    ok: complete && left <= TOLERANCE_MS,
  };
}

/**
 * Tells whether the machine was free in the second of a time: seconds in which even a process with nothing to do was kept
 * waiting for longer than the tolerance say nothing about `serve`.
 */
function freeSeconds(machine) {
  const busy = new Set(machine.filter(({ ms }) => ms > TOLERANCE_MS).map(({ at }) => Math.floor(at / 1000)));
  return (at) => !busy.has(Math.floor(at / 1000));
}

function p99(calls, counts) {
  const off = calls.flatMap((times) =>
    times.slice(1).flatMap((at, k) => (counts(at) ? [Math.abs(at - times[k] - FRAME_MS)] : [])),
  );
  return percentile(off, 99);
}

/** How far the last second of a call has moved against the first, in the call where it has most. */
function driftRow({ departures }) {
  const stretches = departures.map(longestStretch);
  const drifts = stretches.map((times) => {
    const late = times.map((at, k) => at - k * FRAME_MS);
    return percentile(late.slice(-50), 50) - percentile(late.slice(0, 50), 50);
  });
  const worst = drifts.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const shortestS = Math.min(...stretches.map(({ length }) => length)) / 50;
  return {
    cells: [
      `the same: drift in ${shortestS.toFixed(0)} s, worst call, ms`,
      worst.toFixed(1),
      `median ${percentile(drifts, 50).toFixed(1)}`,
      `± ${TOLERANCE_MS}`,
    ],
    ok: Math.abs(worst) <= TOLERANCE_MS,
  };
}

/**
 * The most frames in a row without a stall. After one that has emptied the caller's buffer the time line starts anew, by
 * intention, and the lead is built up again, which takes a second at most.
 */
function longestStretch(times) {
  const starts = times.flatMap((at, k) => (k > 0 && at - times[k - 1] > STALL_MS ? [k] : []));
  const bounds = [-LEAD_FRAMES, ...starts, times.length];
  const stretches = bounds.slice(1).map((end, k) => times.slice(bounds[k] + LEAD_FRAMES, end));
  return stretches.reduce((a, b) => (b.length > a.length ? b : a));
}
