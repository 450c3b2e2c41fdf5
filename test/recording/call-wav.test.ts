import { lstat, readdir, readFile, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type MediaFormat, PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { decodeUlaw, encodeUlaw } from "../../src/audio/g711.js";
import { loadOpus } from "../../src/audio/opus.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { pcmBytes, pcmSamples } from "../../src/audio/pcm.js";
import type { CallEvent } from "../../src/call/events.js";
import { rebuildWav } from "../../src/recording/call-wav.js";
import { agentAudio, callerAudio, ended, record, started, temporaryFolder } from "./calls.js";

const { g711_ulaw, opus } = PORTAL_FORMATS;

interface Stereo {
  readonly rate: number;
  readonly left: Int16Array;
  readonly right: Int16Array;
}

async function readStereo(folder: string): Promise<Stereo> {
  const bytes = await readFile(join(folder, "call.wav"));
  expect(bytes.toString("latin1", 0, 4)).toBe("RIFF");
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  expect(bytes.readUInt16LE(22)).toBe(2);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  const samples = pcmSamples(bytes.subarray(44));
  return {
    rate: bytes.readUInt32LE(24),
    left: samples.filter((_, i) => i % 2 === 0),
    right: samples.filter((_, i) => i % 2 === 1),
  };
}

/** The second at which the loudest sample stands. */
function clickAt(samples: Int16Array, rate: number): number {
  let at = 0;
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i]) > Math.abs(samples[at])) at = i;
  return at / rate;
}

/** Five seconds each way in 20 ms payloads, with a click at second 3 of the caller and 4 of the agent. */
async function clicks(format: MediaFormat): Promise<CallEvent[]> {
  const codec = createPayloadCodec(format, { agentRate: 24000, opus: await loadOpus() });
  const perFrame = codec.plain.sampleRate / 50;
  const frame = (click: boolean) => {
    const samples = new Int16Array(perFrame);
    if (click) samples.fill(30_000, 0, 8);
    return codec.encode(codec.plain.encoding === "pcm16" ? pcmBytes(samples) : encodeUlaw(samples)).bytes;
  };
  const events: CallEvent[] = [started({ format })];
  for (let i = 0; i < 250; i++) {
    events.push(callerAudio(i * 20 + (i % 7) * 3, frame(i === 150)));
    events.push(agentAudio(i * 20 + 18.5, i * 20 + 60, frame(i === 197)));
  }
  codec.free();
  return [...events, ended(5100)];
}

it.each([
  [g711_ulaw, 8000],
  [pcm16(8000), 8000],
  [pcm16(16000), 16000],
  [pcm16(24000), 24000],
  [opus, 24000],
])("has both sides of a call in %o at their true times", async (format, rate) => {
  const folder = await record(await temporaryFolder(), await clicks(format));
  const wav = await readStereo(folder);
  expect(wav.rate).toBe(rate);
  expect(Math.abs(clickAt(wav.left, rate) - 3)).toBeLessThanOrEqual(0.01);
  expect(Math.abs(clickAt(wav.right, rate) - 4)).toBeLessThanOrEqual(0.01);
});

it("keeps every sample of the caller, whatever the sizes of the payloads", async () => {
  const bytes = Buffer.from(Uint8Array.from({ length: 24_000 }, (_, i) => (i * 7) % 256));
  const events: CallEvent[] = [started({ format: pcm16(8000) })];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = [1, 320, 333, 0, 640][i % 5];
    events.push(callerAudio(at / 16, bytes.subarray(at, at + size)));
    at += size;
  }
  const folder = await record(await temporaryFolder(), [...events, ended(2000)]);
  expect(Buffer.from(pcmBytes((await readStereo(folder)).left))).toEqual(bytes);
});

it("is silent where nobody speaks, without holding the silence in memory or on disk", async () => {
  const loud = encodeUlaw(new Int16Array(160).fill(20_000));
  const laterMs = 600_000;
  const folder = await record(await temporaryFolder(), [
    started(),
    callerAudio(0, loud),
    agentAudio(laterMs, laterMs, loud),
    ended(laterMs + 100),
  ]);
  const path = join(folder, "call.wav");
  const wav = await readFile(path);
  const agentBegins = 44 + laterMs * 8 * 4;
  expect(wav.length).toBe(agentBegins + 160 * 4);
  expect(wav.subarray(44 + 160 * 4, agentBegins).equals(Buffer.alloc(agentBegins - 44 - 160 * 4))).toBe(true);
  expect([wav.readInt16LE(44), wav.readInt16LE(agentBegins + 2)]).toEqual(Array(2).fill(decodeUlaw(loud)[0]));
  expect((await stat(path)).blocks * 512).toBeLessThan(wav.length / 10);
});

it("is a mere header when nobody said anything", async () => {
  const folder = await record(await temporaryFolder(), [started(), ended(1000)]);
  expect(await readFile(join(folder, "call.wav"))).toHaveLength(44);
});

it("can be made again, the same, and never through a link", async () => {
  const folder = await record(await temporaryFolder(), await clicks(g711_ulaw));
  const path = join(folder, "call.wav");
  const first = await readFile(path);
  const outside = join(await temporaryFolder(), "outside");
  await writeFile(outside, "untouched");
  for (const name of [path, `${path}.tmp`]) {
    await unlink(name).catch(() => {});
    await symlink(outside, name);
  }
  await rebuildWav(folder);
  expect(await readFile(path)).toEqual(first);
  expect((await lstat(path)).isSymbolicLink()).toBe(false);
  expect(await readFile(outside, "utf8")).toBe("untouched");
  expect(await readdir(folder)).not.toContain("call.wav.tmp");
});

it("is refused for times that no call has", async () => {
  const folder = await record(await temporaryFolder(), [
    started(),
    callerAudio(0, new Uint8Array(160)),
    ended(20),
  ]);
  const far = {
    t: 20 * 24 * 3600 * 1e6,
    leg: "pbx",
    dir: "in",
    type: "media",
    file: "caller.bin",
    offset: 0,
    length: 160,
  };
  await writeFile(join(folder, "events.jsonl"), `${JSON.stringify(far)}\n`);
  await expect(rebuildWav(folder)).rejects.toMatchObject({ code: "bad-recording" });
  expect((await readFile(join(folder, "call.wav"))).length).toBe(44 + 160 * 4);
  expect(await readdir(folder)).not.toContain("call.wav.tmp");
});
