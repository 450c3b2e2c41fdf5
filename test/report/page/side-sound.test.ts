import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeAdpcm } from "../../../src/audio/adpcm.js";
import { PORTAL_FORMATS } from "../../../src/audio/format.js";
import { pcmBytes } from "../../../src/audio/pcm.js";
import { sinadDb, sine } from "../../../src/audio/signal.js";
import { openRecording } from "../../../src/recording/reader.js";
import { SideSound, soundPlan } from "../../../src/report/page/side-sound.js";
import { callerAudio, ended, record, started, temporaryFolder } from "../../recording/calls.js";

const MINUTE = 60_000;

async function tone(format: "g711_ulaw" | "pcm16") {
  const samples = pcmBytes(sine(440, -6, 6000, 24_000));
  const frames = Array.from({ length: 300 }, (_, k) =>
    callerAudio(20 * (k + 1), samples.slice(k * 960, (k + 1) * 960)),
  );
  const events = [started({ format: PORTAL_FORMATS[format] }), ...frames, ended(6020)];
  return openRecording(await record(await temporaryFolder(), events));
}

describe("what sound the page gets", () => {
  it("is the call's own while it is short, and smaller the longer it is", async () => {
    const recording = await tone("pcm16");
    const plan = (minutes: number) => {
      const { codec, rateHz } = soundPlan(recording, minutes * MINUTE);
      return `${codec} ${rateHz}`;
    };
    expect([1, 9, 15, 25, 35, 50, 120, 900].map(plan)).toEqual([
      "pcm16 24000",
      "pcm16 24000",
      "ulaw 24000",
      "ulaw 16000",
      "adpcm 24000",
      "ulaw 8000",
      "adpcm 8000",
      "adpcm 8000",
    ]);
    expect(soundPlan(recording, 120 * MINUTE).note).toContain("4 bits a sample at 8000 Hz");
    await recording.close();
  });

  it("keeps its time and its tone at a lower rate", async () => {
    const recording = await tone("pcm16");
    const side = new SideSound(recording, "caller.bin", { codec: "adpcm", rateHz: 8000, note: "" });
    const pieces = [];
    for await (const piece of side.pieces()) pieces.push(piece);
    await recording.close();
    expect(pieces.map(({ index }) => index)).toEqual([0, 1]);
    const samples = pieces.flatMap(({ bytes }) => [...decodeAdpcm(gunzipSync(bytes))]);
    expect(samples.length).toBe(8 * 6020);
    expect(sinadDb(Int16Array.from(samples).subarray(8000, 36_000), 8000, 440)).toBeGreaterThan(20);
    expect(side.peaks.length).toBe(2 * 602);
    // Half of full scale, by the root.
    expect(side.peaks[2 * 300 + 1]).toBe(Math.ceil(Math.sqrt(0.5) * 127));
  });
});
