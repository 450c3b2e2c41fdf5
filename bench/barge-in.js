/** Barge-in: an agent pours out a long answer at once and takes it back in the middle. What does the caller still hear? */
import { setTimeout as sleep } from "node:timers/promises";
import { FRAME_MS, PORTAL_FORMATS } from "../dist/audio/format.js";
import { pcmBytes } from "../dist/audio/pcm.js";
import { whiteNoise } from "../dist/audio/signal.js";
import { percentile } from "../dist/call/metrics.js";
import { call } from "./call.js";
import { AGENT_HZ } from "./systems.js";

const CALLS = 10;
/** `serve`'s own. */
const LEAD_MS = 60;
const ANSWER_MS = 10_000;
/** The answer comes in this many pieces within 100 ms. */
const PIECES = 5;
const POUR_MS = 100;
const INTERRUPT_AFTER_MS = 2000;
const APART_MS = 250;
const ANSWER = pcmBytes(whiteNoise(7, -10, ANSWER_MS, AGENT_HZ));

export const agentParts = {
  interrupted: (line) => {
    const size = ANSWER.length / PIECES;
    for (let k = 0; k < PIECES; k++) {
      setTimeout(() => line.say(ANSWER.subarray(k * size, (k + 1) * size)), (k * POUR_MS) / PIECES);
    }
    setTimeout(() => {
      line.signalledAt = performance.now();
      line.control({ type: "interrupted" });
    }, INTERRUPT_AFTER_MS);
    line.onControl = ({ type, heardMs }) => {
      if (type === "interrupted") line.toldMs = heardMs;
    };
  },
};

export async function bargeInRows(url, agent) {
  const names = Array.from({ length: CALLS }, (_, k) => `interrupted-${k}`);
  const options = { format: PORTAL_FORMATS.g711_ulaw, listenMs: INTERRUPT_AFTER_MS + 1000 };
  const calls = await Promise.all(
    names.map(async (name, k) => {
      await sleep(k * APART_MS);
      return call(url, name, options);
    }),
  );
  const all = calls.map(({ hearing }, k) => {
    const { signalledAt, toldMs } = agent.lines[names[k]];
    const before = heardMs(hearing, Number.NEGATIVE_INFINITY, signalledAt);
    return {
      offMs: Math.abs(toldMs - before),
      after: heardMs(hearing, signalledAt, Number.POSITIVE_INFINITY),
    };
  });
  const told = "what the agent is told was heard, off by";
  const unpaced = `${ANSWER_MS - INTERRUPT_AFTER_MS} without pacing`;
  const [first, ...rest] = all;
  return [
    row("heard after the interruption, first call of a process", LEAD_MS + 20, unpaced, [first.after]),
    row(
      "heard after the interruption",
      LEAD_MS + 20,
      unpaced,
      rest.map(({ after }) => after),
    ),
    row(`${told}, first call of a process`, 20, "never told", [first.offMs]),
    row(
      told,
      20,
      "never told",
      rest.map(({ offMs }) => offMs),
    ),
  ];
}

/**
 * The first call meets code that is not compiled yet, each time, so it stands alone. Among the others the median decides,
 * because on a busy computer one or another meets with a stall; the worst is shown.
 */
function row(name, most, example, values) {
  const median = percentile(values, 50);
  const several = values.length > 1;
  return {
    cells: [
      `barge-in: ${name}${several ? `, median of ${values.length} calls` : ""}, ms`,
      `${median.toFixed(0)}${several ? ` (worst ${Math.max(...values).toFixed(0)})` : ""}`,
      `vendor's example: ${example}`,
      `≤ ${most}`,
    ],
    ok: median <= most,
  };
}

/** How much of what the caller heard falls between two times. */
function heardMs(hearing, from, to) {
  const overlap = ({ heardAt }) => Math.min(heardAt + FRAME_MS, to) - Math.max(heardAt, from);
  return hearing.reduce((sum, frame) => sum + Math.max(0, overlap(frame)), 0);
}
