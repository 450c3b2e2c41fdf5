import { expect, it } from "vitest";
import { sine } from "../../src/audio/signal.js";
import { EchoGuard, noEchoControl } from "../../src/devices/echo-guard.js";

const tone = sine(440, -12, 20, 48000);
const still = new Int16Array(960);
const loudest = (samples: Int16Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

it("closes the microphone while the agent can be heard, and 200 ms longer", () => {
  const guard = new EchoGuard();
  expect(guard.cleaned(tone, 0)).toEqual(tone);
  // Heard from 60 to 80 ms; the room is still at 280.
  guard.played(tone, 0, 60);
  guard.cleaned(tone, 20);
  for (let at = 40; at < 280; at += 20) expect(loudest(guard.cleaned(tone, at)), `at ${at}`).toBe(0);
  guard.cleaned(tone, 280);
  expect(guard.cleaned(tone, 300)).toEqual(tone);
});

it("fades over one frame, so that no click is sent", () => {
  const guard = new EchoGuard();
  const flat = new Int16Array(960).fill(10_000);
  guard.played(tone, 0, 0);
  const closing = guard.cleaned(flat, 20);
  expect([closing[0], closing[959]]).toEqual([10_000, 10]);
  const opening = guard.cleaned(flat, 400);
  expect([opening[0], opening[959]]).toEqual([0, 9989]);
});

it("does not mind silence that is played", () => {
  const guard = new EchoGuard();
  guard.played(still, 0, 60);
  expect(guard.cleaned(tone, 20)).toEqual(tone);
});

it("leaves everything as it is where headphones are worn", () => {
  noEchoControl.played(tone, 0, 0);
  expect(noEchoControl.cleaned(tone, 0)).toBe(tone);
});
