/** What is left of tones and chirps after a call: SINAD, gain, frequency response, what folds, delay. */
import { ABOVE, above, BAND, example, heard, ideal, LEVELS, spoken } from "./systems.js";

/** The level at which the frequency response is taken, at about 1 kHz. */
const REFERENCE = LEVELS.find(({ dbfs }) => dbfs === BAND[0].dbfs);

/** @param ours what `bridge` gave. */
export function soundRows(ours) {
  const compare = comparison({ ours, ideal: ideal(), example: example() });
  const sinad = (way, sound, programme) =>
    LEVELS.map((level) =>
      compare(`SINAD at ${level.dbfs} dBFS, ${way}, dB`, "≥ ideal − 0.5", {
        measure: (system) => programme.sinad(system[sound], level),
        isGood: (db, best) => db >= best - 0.5,
      }),
    );
  return [
    ...sinad("caller → agent", "toAgent", heard),
    ...sinad("agent → caller", "toCaller", spoken),
    ...sinad("whole loop", "loop", heard),
    compare("gain error, worst of these, dB", "≤ 0.1", {
      measure: gainError,
      isGood: (db) => db <= 0.1,
      digits: 2,
    }),
    compare("300 to 3,400 Hz, whole loop, worst against 1 kHz, dB", "≤ 0.2", {
      measure: ripple,
      isGood: (db) => db <= 0.2,
      digits: 2,
    }),
    compare("4.05 to 11.9 kHz from the agent: least suppression, pcm16/8000, dB", "≥ 70", leak("abovePcm")),
    compare("the same, μ-law with its smallest step of 8 in 32,768, dB", "≥ 70", leak("aboveUlaw")),
    compare("delay caller → agent, ms", "≤ 2", delay("toAgent", heard, 2)),
    compare("delay agent → caller, ms", "≤ 2", delay("toCaller", spoken, 2)),
    compare("delay of the whole loop, ms", "≤ 4", delay("loop", heard, 4)),
  ];
}

/** Makes rows of one measurement done on all three systems. `isGood` is told ours and the ideal. */
function comparison({ ours, ideal, example }) {
  return (name, target, { measure, isGood, digits = 1 }) => {
    const values = [ours, ideal, example].map(measure);
    const cells = values.map((value) => (Number.isFinite(value) ? value.toFixed(digits) : "silence"));
    return { cells: [name, ...cells, target], ok: isGood(values[0], values[1]) };
  };
}

function gainError({ toAgent, toCaller, loop }) {
  const gains = LEVELS.flatMap((level) => [
    heard.gain(toAgent, level),
    spoken.gain(toCaller, level),
    heard.gain(loop, level),
  ]);
  return Math.max(...gains.map(Math.abs));
}

function ripple({ loop }) {
  const reference = heard.gain(loop, REFERENCE);
  return Math.max(...BAND.map((part) => Math.abs(heard.gain(loop, part) - reference)));
}

function leak(sound) {
  return {
    measure: (system) => Math.min(...ABOVE.map((part) => above.suppression(system[sound], part))),
    isGood: (db) => db >= 70,
  };
}

function delay(sound, programme, mostMs) {
  return { measure: (system) => programme.delay(system[sound]), isGood: (ms) => ms <= mostMs, digits: 2 };
}
