import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../../src/audio/format.js";
import { loadOpus } from "../../../src/audio/opus.js";
import { OPUS_FRAMINGS, OpusFramer, OpusUnframer } from "../../../src/audio/opus-framing.js";
import { packetSamples } from "../../../src/audio/opus-packet.js";
import { readWav } from "../../../src/audio/wav.js";
import type { CallEvent } from "../../../src/call/events.js";
import { exportSides } from "../../../src/recording/export/sides.js";
import { openRecording } from "../../../src/recording/reader.js";
import { agentAudio, callerAudio, ended, record, started, temporaryFolder } from "../calls.js";

const { g711_ulaw, opus } = PORTAL_FORMATS;
const library = await loadOpus();

/** Where the loudest sample stands, in seconds. */
function loudestAt({ samples, sampleRate }: ReturnType<typeof readWav>): number {
  let at = 0;
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i]) > Math.abs(samples[at])) at = i;
  return at / sampleRate;
}

async function sidesOf(events: readonly CallEvent[]): Promise<string> {
  const recording = await openRecording(await record(await temporaryFolder(), events));
  const directory = join(await temporaryFolder(), "deep", "sides");
  const files = await exportSides(recording, directory);
  await recording.close();
  expect((await readdir(directory)).sort()).toEqual(
    files.map((file) => file.slice(directory.length + 1)).sort(),
  );
  return directory;
}

const wavOf = async (path: string) => readWav(await readFile(path));

it("are WAV files on one clock", async () => {
  const loud = new Uint8Array(160).fill(0x80);
  const quiet = new Uint8Array(160).fill(0xff);
  const frames = Array.from({ length: 100 }, (_, i) => callerAudio(i * 20, i === 50 ? loud : quiet));
  const directory = await sidesOf([
    started(),
    ...frames,
    agentAudio(1990, 1995, loud),
    agentAudio(2600, 3000, quiet),
    ended(3100),
  ]);
  expect((await readdir(directory)).sort()).toEqual(["agent.wav", "caller.wav"]);
  expect(loudestAt(await wavOf(join(directory, "caller.wav")))).toBeCloseTo(1.0, 2);
  expect(loudestAt(await wavOf(join(directory, "agent.wav")))).toBeCloseTo(1.995, 2);
  expect((await wavOf(join(directory, "agent.wav"))).samples.length).toBe(3.02 * 8000);
});

describe("of an Opus call", () => {
  /** Packets with a click in the 30th. */
  function packetsOf(count: number): Uint8Array[] {
    const encoder = library.createEncoder(48000);
    const packets = Array.from({ length: count }, (_, k) => {
      const samples = Int16Array.from({ length: 960 }, (_, i) =>
        k === 30 && i < 200 ? 30_000 : k + (i % 7),
      );
      return encoder.encode(samples);
    });
    encoder.free();
    return packets;
  }

  it.each(OPUS_FRAMINGS)(
    "are the %s packets as they were, in Ogg, with silence in the gaps",
    async (framing) => {
      const packets = packetsOf(60);
      const [toAgent, toCaller] = [new OpusFramer(framing), new OpusFramer(framing)];
      const directory = await sidesOf([
        started({ format: opus }),
        ...packets.map((packet, i) => callerAudio(i * 20, toAgent.frame(packet))),
        ...packets.map((packet, i) => {
          // A reply of 600 ms, and 2 s later another.
          const at = 1500 + i * 20 + (i < 30 ? 0 : 2000);
          return agentAudio(at, at + 60, toCaller.frame(packet));
        }),
        ended(5000),
      ]);
      expect(await readdir(directory)).toHaveLength(4);
      for (const [side, clickAt] of [
        ["caller", 0.6],
        ["agent", 4.16],
      ] as const) {
        const unframer = new OpusUnframer();
        const read = unframer.push(await readFile(join(directory, `${side}.ogg`)));
        expect(unframer.framing).toBe("ogg");
        const recorded = read.filter((packet) => packet.length > 3);
        expect(recorded.map((packet) => Buffer.from(packet))).toEqual(
          packets.map((packet) => Buffer.from(packet)),
        );
        const decoder = library.createDecoder(48000);
        const heard = read.flatMap((packet) => [...decoder.decode(packet)]).slice(312);
        decoder.free();
        expect(loudestAt({ samples: Int16Array.from(heard), sampleRate: 48000 })).toBeCloseTo(clickAt, 1.6);
        expect(loudestAt(await wavOf(join(directory, `${side}.wav`)))).toBeCloseTo(clickAt, 1.6);
      }
    },
  );

  it("says in every page how much audio came so far, and which is the last", async () => {
    const directory = await sidesOf([
      started({ format: opus }),
      ...packetsOf(3).map((packet, i) => agentAudio(i * 20, 1000 + i * 20, packet)),
      ended(2000),
    ]);
    const bytes = await readFile(join(directory, "agent.ogg"));
    const pages: { granule: number; flags: number }[] = [];
    for (let at = 0; at < bytes.length; ) {
      expect(bytes.toString("latin1", at, at + 4)).toBe("OggS");
      pages.push({ granule: Number(bytes.readBigUInt64LE(at + 6)), flags: bytes[at + 5] });
      const segments = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
      at += 27 + segments.length + segments.reduce((sum, length) => sum + length, 0);
    }
    const end = pages.at(-1)!;
    expect(end.granule).toBeGreaterThan(1.055 * 48000);
    expect(end.granule).toBeLessThan(1.07 * 48000);
    expect(pages.map(({ flags }) => flags)).toEqual([2, ...new Array(pages.length - 2).fill(0), 4]);
    const total = new OpusUnframer().push(bytes).reduce((sum, packet) => sum + packetSamples(packet)!, 0);
    expect(total).toBe(end.granule);
  });
});

it("are refused where there is no sound, no room, or the recording itself", async () => {
  const events = [started({ format: g711_ulaw }), callerAudio(0, new Uint8Array(160)), ended(100)];
  const silent = await openRecording(await record(await temporaryFolder(), events, { noAudio: true }));
  await expect(exportSides(silent, await temporaryFolder())).rejects.toMatchObject({ code: "bad-recording" });
  await silent.close();
  const folder = await record(await temporaryFolder(), events);
  const recording = await openRecording(folder);
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "mine");
  await expect(exportSides(recording, file)).rejects.toMatchObject({ code: "cannot-write" });
  const linked = await temporaryFolder();
  await symlink(join(folder, "call.json"), join(linked, "caller.wav"));
  await expect(exportSides(recording, linked)).rejects.toMatchObject({
    code: "cannot-write",
    message: expect.stringContaining("a part of the recording itself"),
  });
  expect((await openRecording(folder)).call.state).toBe("closed");
  await recording.close();
});
