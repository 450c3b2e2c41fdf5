import { beforeEach, expect, it } from "vitest";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { bestLag, silence, whiteNoise } from "../../src/audio/signal.js";
import { EchoCanceller } from "../../src/devices/echo-canceller.js";
import { loadSource } from "../../src/simulate/source.js";

const RATE = 48_000;
const FRAME = 960;
let voice: Int16Array;

beforeEach(async () => {
  const said = (await loadSource({ type: "sample-voice" })).samplesAt(RATE);
  voice = new Int16Array(RATE * 12);
  for (let at = 0; at < voice.length; at += said.length) voice.set(said.subarray(0, voice.length - at), at);
});

/** A laptop in a room: the speaker reaches the microphone after 90 ms and again, softer, off the walls; noise beside it. */
function roomEcho(played: Int16Array): Int16Array {
  const noise = whiteNoise(1, -70, (played.length * 1000) / RATE, RATE);
  const paths = [
    [90, 0.3],
    [97, 0.12],
    [113, -0.06],
    [141, 0.03],
  ] as const;
  return noise.map((hiss, i) =>
    paths.reduce((sum, [ms, gain]) => sum + gain * (played[i - ms * 48] ?? 0), hiss),
  );
}

function energy(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}

async function run(played: Int16Array, captured: Int16Array): Promise<Int16Array> {
  const canceller = await EchoCanceller.load();
  const out = new Int16Array(captured.length);
  for (let at = 0; at + FRAME <= captured.length; at += FRAME) {
    canceller.played(played.subarray(at, at + FRAME));
    out.set(canceller.cleaned(captured.subarray(at, at + FRAME)), at);
  }
  canceller.free();
  return out;
}

it("takes the agent's voice out of the microphone: by more than 20 dB once it knows the room", async () => {
  const echo = roomEcho(voice);
  const out = await run(voice, echo);
  const after = 4 * RATE;
  const lossDb = 10 * Math.log10(energy(echo.subarray(after)) / energy(out.subarray(after)));
  expect(lossDb).toBeGreaterThan(20);
});

it("leaves a caller alone who speaks while nothing is played", async () => {
  const out = await run(silence(12_000, RATE), voice);
  const at8k = (samples: Int16Array) => resampleAll(samples.subarray(RATE, 4 * RATE), RATE, 8000);
  const { correlation } = bestLag(at8k(voice), at8k(out), 200);
  expect(correlation).toBeGreaterThan(0.98);
});
