/** What `toSoundRight` finds in real calls. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { readWav } from "../../src/audio/wav.js";
import { ManualClock, placeCall, ScriptedAgent } from "../../src/testing.js";
import "../../src/testing/vitest.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;

async function callWith(audio: (speech: Int16Array) => Uint8Array) {
  const file = await readFile(new URL("../../src/simulate/sample-voice.wav", import.meta.url));
  const { samples, sampleRate } = readWav(file);
  const speech = resampleAll(samples.subarray(24 * 6746, 24 * 8558), sampleRate, 8000);
  const agent = new ScriptedAgent({ hears: ULAW, speaks: ULAW });
  const calling = placeCall({ silence: 200 }, { agent, clock: new ManualClock() });
  (await agent.next()).speak(audio(speech));
  return calling;
}

it("tells good speech from audio in another encoding, and from clipped audio", async () => {
  expect(await callWith(encodeUlaw)).toSoundRight();
  const asPcm = await callWith(pcmBytes);
  expect(asPcm).not.toSoundRight();
  expect(() => expect(asPcm).toSoundRight()).toThrow(/encoding/);
  const loud = (speech: Int16Array) =>
    encodeUlaw(speech.map((sample) => Math.max(-32768, Math.min(32767, sample * 40))));
  expect(() => expect(loud).toSoundRight()).toThrow(TypeError);
  expect(await callWith(loud)).not.toSoundRight();
});
