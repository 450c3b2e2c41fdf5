import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteStream } from "../../src/audio/byte-stream.js";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { oggPackets } from "../../src/audio/ogg-opus.js";
import { loadOpus } from "../../src/audio/opus.js";
import { OPUS_FRAMINGS, OpusFramer, OpusUnframer } from "../../src/audio/opus-framing.js";
import { readWav } from "../../src/audio/wav.js";
import { findPackets, packetAt } from "../../src/recording/opus-pieces.js";
import { type RedactOptions, writeRedacted } from "../../src/recording/redact-recording.js";
import { repairRecording } from "../../src/recording/repair.js";
import { copyRecording, replaceRecording } from "../../src/recording/swap-folder.js";
import { agentAudio, callerAudio, ended, record, started, startRecorder, temporaryFolder } from "./calls.js";
import { eventfulCall } from "./export/call.js";

const NOTHING: RedactOptions = { silence: [], side: "both" };

const linesOf = async (folder: string) =>
  (await readFile(join(folder, "events.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const redact = (folder: string, options = NOTHING) =>
  replaceRecording(folder, (from, to) => writeRedacted(from, to, options));

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const files = names.map(async (name) => [name, (await readFile(join(folder, name))).toString("hex")]);
  return Object.fromEntries(await Promise.all(files));
}

const isMedia = ({ type }: { type: string }) => type === "media";

describe("a redacted recording", () => {
  it("is the one that would have been recorded without --show-personal", async () => {
    const [one, other] = [await temporaryFolder(), await temporaryFolder()];
    const shown = await record(one, eventfulCall(), {
      showPersonal: true,
      agent: "websocket:ws://u:p@h/?token=t&x=1",
    });
    const masked = await record(other, eventfulCall(), { agent: "websocket:ws://u:p@h/?token=t&x=1" });
    const { made, others } = await redact(shown);
    expect(made).toMatchObject({
      masked: { start: 1, dtmf: 1, transcript: 2, "tool-call": 1, hangup: 1 },
      callMasked: true,
      dropped: 0,
      silencedMs: { caller: 0, agent: 0 },
    });
    expect(others).toEqual([]);
    expect(await contents(shown)).toEqual(await contents(masked));
    expect(await repairRecording(shown)).toEqual({ outcome: "healthy", done: [] });
    expect((await redact(shown)).made).toMatchObject({ masked: {}, callMasked: false });
    expect(await contents(shown)).toEqual(await contents(masked));
    expect(await readdir(one)).toHaveLength(1);
  });

  it("holds nothing that nobody knows", async () => {
    const folder = await record(await temporaryFolder(), eventfulCall(), { showPersonal: true });
    const events = join(folder, "events.jsonl");
    const more = [
      {
        t: 1,
        leg: "pbx",
        dir: "in",
        type: "from-the-future",
        phone: "+94771234512",
        deep: [{ text: "call 0771234512", apiKey: "k" }],
      },
      { t: 2, leg: "pbx", dir: "in", type: "dtmf", digit: "4", comment: "4 of 0771234512" },
    ];
    await writeFile(
      events,
      `${await readFile(events, "utf8")}${more.map((line) => JSON.stringify(line)).join("\n")}\nmy number is 0771234512\n`,
    );
    const { made } = await redact(folder);
    expect(made.dropped).toBe(1);
    const text = await readFile(events, "utf8");
    expect(text).not.toMatch(/771234512|77 123|112345678|One moment|"digit":"[47]"|"k"/);
  });

  it("leaves other files as they are, and says which", async () => {
    const folder = await record(await temporaryFolder(), eventfulCall(), { showPersonal: true });
    await writeFile(join(folder, "expect.yaml"), "version: 1\n");
    expect((await redact(folder)).others).toEqual(["expect.yaml"]);
    expect(await readFile(join(folder, "expect.yaml"), "utf8")).toBe("version: 1\n");
    await mkdir(join(folder, "sides"));
    const before = await readdir(folder);
    await expect(redact(folder)).rejects.toMatchObject({ code: "bad-recording" });
    expect(await readdir(folder)).toEqual(before);
  });

  it("may be written elsewhere", async () => {
    const folder = await record(await temporaryFolder(), eventfulCall(), { showPersonal: true });
    const before = await contents(folder);
    const place = await temporaryFolder();
    const copy = (to: string) =>
      copyRecording(folder, to, (from, fresh) => writeRedacted(from, fresh, NOTHING));
    const first = await copy(join(place, "new"));
    const second = await copy(place);
    expect(await contents(first.target)).toEqual(await contents(second.target));
    expect(second.target).toBe(join(place, folder.split("/").at(-1)!));
    await expect(copy(place)).rejects.toMatchObject({ code: "cannot-write" });
    await expect(copy(join(folder, "inside"))).rejects.toMatchObject({ code: "cannot-write" });
    expect(await contents(folder)).toEqual(before);
  });

  it("is whole whenever a crash comes", async () => {
    const directory = await temporaryFolder();
    const folder = await record(directory, eventfulCall(), { showPersonal: true });
    const name = folder.split("/").at(-1)!;
    const [fresh, old] = [join(directory, `.${name}.redacted`), join(directory, `.${name}.before-redact`)];
    // While the new one is written, and when the old one is away.
    await mkdir(fresh);
    await redact(folder);
    const done = await contents(folder);
    await rename(folder, fresh);
    await mkdir(old);
    await redact(folder);
    expect(await contents(folder)).toEqual(done);
    expect(await readdir(directory)).toEqual([name]);
  });

  it("is not made of a call that still runs", async () => {
    const { recorder, play } = startRecorder(await temporaryFolder());
    play(eventfulCall().slice(0, -1));
    await recorder.close();
    await expect(redact(recorder.folder()!)).rejects.toMatchObject({
      code: "bad-recording",
      fix: expect.stringContaining("--repair"),
    });
  });
});

describe("silence", () => {
  const span = { from: 2000, to: 4500 };

  /** The loudest sample of one channel of call.wav between two times. */
  async function loudest(folder: string, channel: 0 | 1, fromMs: number, toMs: number): Promise<number> {
    const bytes = await readFile(join(folder, "call.wav"));
    const rate = bytes.readUInt32LE(24);
    let most = 0;
    for (let k = Math.ceil((fromMs * rate) / 1000); k < (toMs * rate) / 1000; k++)
      most = Math.max(most, Math.abs(bytes.readInt16LE(44 + k * 4 + channel * 2)));
    return most;
  }

  it.each([PORTAL_FORMATS.g711_ulaw, PORTAL_FORMATS.pcm16])(
    "of a stretch of $encoding is exact, and changes nothing else",
    async (format) => {
      const folder = await record(await temporaryFolder(), eventfulCall(format));
      const [lines, before] = [await linesOf(folder), await contents(folder)];
      const { made } = await redact(folder, { silence: [span], side: "caller" });
      expect(made.silencedMs).toEqual({ caller: 2500, agent: 0 });
      expect((await linesOf(folder)).filter(isMedia)).toEqual(lines.filter(isMedia));
      const after = await contents(folder);
      expect(after["caller.bin"]).toHaveLength(before["caller.bin"].length);
      expect(after["caller.bin"]).not.toBe(before["caller.bin"]);
      expect(after["agent.bin"]).toBe(before["agent.bin"]);
      expect(await loudest(folder, 0, 2000, 4500)).toBe(0);
      expect(await loudest(folder, 0, 1900, 1999)).toBeGreaterThan(1000);
      expect(await loudest(folder, 0, 4501, 4600)).toBeGreaterThan(1000);
      expect(await loudest(folder, 1, 2000, 4500)).toBeGreaterThan(1000);
      expect(await repairRecording(folder)).toEqual({ outcome: "healthy", done: [] });
      await redact(folder, { silence: [span], side: "caller" });
      expect(await contents(folder)).toEqual(after);
    },
  );

  it.each(OPUS_FRAMINGS)("of a stretch of Opus, %s, leaves a stream that can be read", async (framing) => {
    const opus = await loadOpus();
    const [one, other] = [new OpusFramer(framing), new OpusFramer(framing)];
    const encoder = opus.createEncoder(48000);
    const sound = Int16Array.from({ length: 960 }, (_, i) => 12_000 * Math.sin(i / 9));
    const packets = Array.from({ length: 300 }, () => encoder.encode(sound));
    encoder.free();
    // Cut anywhere, as a browser may: two payloads for three packets.
    const cut: Uint8Array[] = [];
    for (let k = 0; k < 300; k += 3) {
      const bytes = Buffer.concat(packets.slice(k, k + 3).map((packet) => one.frame(packet)));
      if (framing === "raw") cut.push(...packets.slice(k, k + 3));
      else cut.push(bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1));
    }
    const every = 6000 / cut.length;
    const folder = await record(await temporaryFolder(), [
      started({ format: PORTAL_FORMATS.opus }),
      ...cut.map((bytes, k) => callerAudio((k + 1) * every, bytes)),
      ...packets.map((packet, k) => agentAudio(k * 20, k * 20 + 60, other.frame(packet))),
      ended(6200),
    ]);
    const lines = await linesOf(folder);
    await redact(folder, { silence: [span], side: "both" });
    expect(await linesOf(folder)).toEqual(lines);
    expect(await repairRecording(folder)).toEqual({ outcome: "healthy", done: [] });
    for (const channel of [0, 1] as const) {
      expect(await loudest(folder, channel, 2030, 4500)).toBeLessThan(20);
      expect(await loudest(folder, channel, 1000, 1960)).toBeGreaterThan(5000);
      expect(await loudest(folder, channel, 4600, 5500)).toBeGreaterThan(5000);
    }
    const unframer = new OpusUnframer();
    const read = unframer.push(await readFile(join(folder, "agent.bin")));
    if (framing !== "raw")
      expect(read.map(({ length }) => length)).toEqual(packets.map(({ length }) => length));
    expect(readWav(await readFile(join(folder, "call.wav"))).samples.length).toBeGreaterThan(24_000 * 5.9);
    const after = await contents(folder);
    await redact(folder, { silence: [span], side: "both" });
    expect(await contents(folder)).toEqual(after);
  });

  it("finds the packets of any Ogg stream where a reader finds them", () => {
    const page = fc.record({
      flags: fc.constantFrom(0, 0, 0, 1, 2),
      skip: fc.constantFrom(0, 0, 0, 1),
      lacing: fc.array(fc.oneof(fc.constant(255), fc.integer({ min: 0, max: 254 })), { maxLength: 6 }),
      head: fc.constantFrom("", "", "OpusTags", "OpusHead"),
      garbage: fc.constantFrom("", "", "x", "Ogg"),
    });
    fc.assert(
      fc.property(fc.array(page, { maxLength: 12 }), (pages) => {
        let number = 0;
        const stream = Buffer.concat([
          oggPage(
            2,
            0,
            Buffer.from([19]),
            Buffer.from("OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0", "latin1"),
          ),
          ...pages.map(({ flags, skip, lacing, head, garbage }, k) => {
            const length = lacing.reduce((sum, part) => sum + part, 0);
            const body = Buffer.alloc(length, k + 1);
            body.write(head.slice(0, length), 0, "latin1");
            number += 1 + skip;
            return Buffer.concat([oggPage(flags, number, Buffer.from(lacing), body), Buffer.from(garbage)]);
          }),
        ]);
        const read: string[] = [];
        new ByteStream(oggPackets((packet) => read.push(Buffer.from(packet).toString("hex")))).push(stream);
        const found = findPackets(stream, [{ from: 0, to: stream.length }])
          .map((pieces) => Buffer.from(packetAt(stream, pieces)).toString("hex"))
          .filter((packet) => packet !== "");
        expect(found).toEqual(read);
      }),
      { numRuns: 300 },
    );
  });
});

function oggPage(flags: number, number: number, lacing: Buffer, body: Buffer): Buffer {
  const header = Buffer.alloc(27);
  header.write("OggS", 0);
  header[5] = flags;
  header.writeUInt32LE(7, 14);
  header.writeUInt32LE(number, 18);
  header[26] = lacing.length;
  return Buffer.concat([header, lacing, body]);
}
