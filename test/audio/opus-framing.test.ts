import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OPUS_FRAMINGS, OpusFramer, type OpusFraming, OpusUnframer } from "../../src/audio/opus-framing.js";
import { cut } from "./chunks.js";

const FIXTURES = new URL("../fixtures/opus/", import.meta.url);
/** Streams made by ffmpeg, opusenc and mkvmerge, with the MD5s (8 digits) that ffprobe gives for their audio packets. */
const FFPROBE: Record<string, string> = JSON.parse(readFileSync(new URL("packets.json", FIXTURES), "utf8"));

function unframe(chunks: readonly Uint8Array[], forced?: OpusFraming): Uint8Array[] {
  const unframer = new OpusUnframer(forced);
  return chunks.flatMap((chunk) => unframer.push(chunk));
}

function hashes(packets: Uint8Array[]): string {
  return packets.map((packet) => createHash("md5").update(packet).digest("hex").slice(0, 8)).join(" ");
}

const anyPacket = fc.uint8Array({ minLength: 1, maxLength: 1500 });
const anyCuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 12 });
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const plainly = (packets: Uint8Array[]) => packets.map((packet) => [...packet]);

describe("streams made by others", () => {
  for (const [name, expected] of Object.entries(FFPROBE)) {
    const bytes = readFileSync(new URL(name, FIXTURES));
    for (const size of [Infinity, 4096, 333, 17, 1]) {
      test(`${name} in chunks of ${size}`, () => {
        const unframer = new OpusUnframer();
        const packets = cut(bytes, [size]).flatMap((chunk) => unframer.push(chunk));
        expect(unframer.framing).toBe(name.endsWith("webm") ? "webm" : "ogg");
        expect(hashes(packets)).toBe(expected);
      });
    }
  }

  test("a stream that begins again, goes on with its new packets", () => {
    const bytes = readFileSync(new URL("live-stereo-60ms.webm", FIXTURES));
    const packets = hashes(unframe([bytes, bytes]));
    expect(packets).toBe(`${FFPROBE["live-stereo-60ms.webm"]} ${FFPROBE["live-stereo-60ms.webm"]}`);
  });

  test("damage costs no more than the rest of its cluster or page", () => {
    const webm = readFileSync(new URL("live-stereo-60ms.webm", FIXTURES));
    const secondCluster = webm.indexOf(hex("1f43b675"), webm.indexOf(hex("1f43b675")) + 4);
    const broken = Buffer.concat([
      webm.subarray(0, secondCluster),
      Buffer.alloc(50),
      webm.subarray(secondCluster),
    ]);
    expect(hashes(unframe([broken]))).toBe(FFPROBE["live-stereo-60ms.webm"]);

    const ogg = readFileSync(new URL("spanning.ogg", FIXTURES));
    const holed = Buffer.concat([ogg.subarray(0, 2000), ogg.subarray(4000)]);
    const found = hashes(unframe([holed])).split(" ");
    const all = FFPROBE["spanning.ogg"]!.split(" ");
    expect(found[0]).toBe(all[0]);
    expect(found.slice(-5)).toEqual(all.slice(-5));
  });
});

describe("our own streams", () => {
  for (const framing of OPUS_FRAMINGS) {
    test(`${framing}: the packets that go in come out, each with its own payload`, () => {
      fc.assert(
        fc.property(fc.array(anyPacket, { minLength: 1, maxLength: 120 }), (packets) => {
          const framer = new OpusFramer(framing);
          const unframer = new OpusUnframer(framing);
          for (const packet of packets) {
            expect(plainly(unframer.push(framer.frame(packet)))).toEqual([[...packet]]);
          }
        }),
        { numRuns: 25 },
      );
    });

    if (framing !== "raw") {
      test(`${framing}: recognised, and the same packets at any chunking`, () => {
        fc.assert(
          fc.property(fc.array(anyPacket, { minLength: 1, maxLength: 60 }), anyCuts, (packets, sizes) => {
            const framer = new OpusFramer(framing);
            const stream = Buffer.concat(packets.map((packet) => framer.frame(packet)));
            const unframer = new OpusUnframer();
            const found = cut(stream, sizes).flatMap((chunk) => unframer.push(chunk));
            expect(unframer.framing).toBe(framing);
            expect(plainly(found)).toEqual(plainly(packets));
          }),
          { numRuns: 50 },
        );
      });
    }
  }

  test("500 packets of every length class survive Ogg and WebM, byte by byte", () => {
    const packets = Array.from({ length: 500 }, (_, i) => new Uint8Array(1 + ((i * 37) % 800)).fill(i));
    for (const framing of ["ogg", "webm"] as const) {
      const framer = new OpusFramer(framing);
      const stream = Buffer.concat(packets.map((packet) => framer.frame(packet)));
      expect(hashes(unframe(cut(stream, [1])))).toBe(hashes(packets));
    }
  });
});

describe("telling the framing from the first bytes", () => {
  test.each([
    ["a WebM head", ["1a45dfa3 9f"], "webm"],
    ["a WebM head behind a first chunk of one byte", ["1a", "45dfa39f"], "webm"],
    ["a WebM head, byte by byte", ["1a", "", "45", "df", "a3"], "webm"],
    ["an Ogg head in two chunks", ["4f67", "6753 00"], "ogg"],
    ["an Opus packet", ["7801020304"], "raw"],
    ["a first packet of one byte", ["78"], "raw"],
  ] as const)("%s", (_, chunks, framing) => {
    const unframer = new OpusUnframer();
    for (const chunk of chunks) unframer.push(hex(chunk));
    expect(unframer.framing).toBe(framing);
  });

  test("a short first packet that looks like a head waits for the next one, and neither is lost or joined", () => {
    const unframer = new OpusUnframer();
    expect(unframer.push(hex("1a"))).toEqual([]);
    expect(unframer.framing).toBeUndefined();
    expect(plainly(unframer.push(hex("1a0203")))).toEqual([[0x1a], [0x1a, 2, 3]]);
    expect(unframer.framing).toBe("raw");
  });

  test("empty payloads tell nothing and are no packets", () => {
    const unframer = new OpusUnframer();
    expect(unframer.push(hex(""))).toEqual([]);
    expect(unframer.framing).toBeUndefined();
    expect(plainly(unframer.push(hex("7801")))).toEqual([[0x78, 1]]);
    expect(unframer.push(hex(""))).toEqual([]);
  });

  test("a framing that is given is not asked for", () => {
    expect(new OpusUnframer("raw").framing).toBe("raw");
    expect(plainly(unframe([hex("1a45dfa3")], "raw"))).toEqual([[0x1a, 0x45, 0xdf, 0xa3]]);
    expect(unframe([hex("78010203")], "ogg")).toEqual([]);
  });
});

describe("hostile bytes", () => {
  const heads = [
    "",
    "4f67675300",
    "4f67675300020000000000000000",
    "1a45dfa380",
    "1a45dfa3801853806701ffffffffffffff",
  ];
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 4000 }),
    // Runs of the bytes that mean something, so that the parsers go deep.
    fc
      .array(
        fc.constantFrom(
          "4f676753",
          "4f7075734865616401",
          "1f43b675ff",
          "a0",
          "a1",
          "a3",
          "ae",
          "d78101",
          "8686415f4f505553",
          "ff",
          "00",
          "81",
          "06",
          "04",
        ),
        { maxLength: 400 },
      )
      .map((parts) => hex(parts.join(""))),
  );

  test("never throw, and never give more or longer packets than there were bytes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...heads), bytes, anyCuts, (head, tail, sizes) => {
        const stream = Buffer.concat([hex(head), tail]);
        const unframer = new OpusUnframer();
        const whole = unframer.push(stream);
        expect(plainly(whole).every((packet) => packet.length > 0)).toBe(true);
        expect(Buffer.concat(whole).length).toBeLessThanOrEqual(stream.length);
        const inChunks = unframe(cut(stream, sizes));
        if (unframer.framing !== "raw") expect(plainly(inChunks)).toEqual(plainly(whole));
      }),
      { numRuns: 400 },
    );
  });

  test("damaged fixtures give packets or none, the same at any chunking", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(FFPROBE)),
        fc.array(fc.tuple(fc.nat(11_000), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        anyCuts,
        (name, changes, sizes) => {
          const stream = readFileSync(new URL(name, FIXTURES));
          for (const [at, value] of changes) if (at > 4 && at < stream.length) stream[at] = value;
          expect(hashes(unframe(cut(stream, sizes)))).toBe(hashes(unframe([stream])));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("what is too long to be a packet is passed over, and the stream goes on behind it", () => {
    const framer = new OpusFramer("webm");
    const first = framer.frame(Buffer.from("first"));
    const second = framer.frame(Buffer.from("second"));
    const hugeBlock = Buffer.concat([hex("a3 10011180"), Buffer.alloc(0x11180, 0x81)]);
    expect(unframe([first, hugeBlock, second]).map(String)).toEqual(["first", "second"]);
    expect(unframe([Buffer.alloc(70_000)], "raw")).toEqual([]);

    // A page of 255 full segments says that its packet goes on; ten of them are no packet.
    const ogg = new OpusFramer("ogg");
    const start = Buffer.from(ogg.frame(Buffer.from("first")));
    const pages = Array.from({ length: 10 }, (_, i) => {
      const page = Buffer.alloc(27 + 255 + 255 * 255, 255);
      page.write("OggS\0");
      page[5] = i === 0 ? 0 : 1;
      page.writeUInt32LE(1, 14);
      page.writeUInt32LE(3 + i, 18);
      return page;
    });
    const end = Buffer.from(start.subarray(start.lastIndexOf("OggS")));
    expect(unframe([start, ...pages, end]).map((packet) => Buffer.from(packet).toString())).toEqual([
      "first",
      "first",
    ]);
  });

  test("an element of absurd size does not swallow the rest of the call", () => {
    const framer = new OpusFramer("webm");
    const payloads = Array.from({ length: 51 }, (_, i) => framer.frame(Buffer.of(i)));
    const absurd = hex("ec 01ffffffffffff00");
    const packets = unframe([payloads[0]!, absurd, ...payloads.slice(1)]);
    expect(plainly(packets)).toEqual([[0], [50]]); // the second cluster begins with packet 50
  });
});
