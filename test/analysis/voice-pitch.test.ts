import { expect, it } from "vitest";
import { PitchSearch, voicePitch } from "../../src/analysis/voice-pitch.js";
import { whiteNoise } from "../../src/audio/signal.js";
import { voice } from "../audio/voice.js";

it.each([8000, 16000, 24000])(
  "hears a voice of 90 to 190 Hz at %d Hz, and at a wrong rate another",
  (rate) => {
    const samples = [voice(rate, 3000)];
    const right = voicePitch(samples, rate)!;
    expect(right.hz).toBeGreaterThan(100);
    expect(right.hz).toBeLessThan(190);
    expect(right.glides).toBe(true);
    expect(voicePitch(samples, rate * 3)!.hz).toBeGreaterThan(300);
    expect(voicePitch(samples, rate / 3)!.hz).toBeLessThan(62);
  },
);

it("tells a steady tone", () => {
  const tone = Int16Array.from({ length: 8000 }, (_, i) => 9000 * Math.sin(i / 4));
  expect(voicePitch([tone], 8000)).toMatchObject({ glides: false });
});

it("says nothing of noise, silence or too little", () => {
  expect(voicePitch([new Int16Array(8000)], 8000)).toBeUndefined();
  expect(voicePitch([voice(8000, 100)], 8000)).toBeUndefined();
  expect(voicePitch([], 8000)).toBeUndefined();
  expect(voicePitch([whiteNoise(1, -10, 1000, 8000)], 8000)).toBeUndefined();
});

it("hears the same in any chunking, and while the speech goes on", () => {
  const speech = voice(24000, 3000);
  const search = new PitchSearch(24000);
  for (let at = 0; at < speech.length; at += 479) search.push(speech.subarray(at, at + 479));
  expect(search.pitch?.glides).toBe(true);
  search.cut();
  expect(search.pitch).toEqual(voicePitch([speech], 24000));
});
