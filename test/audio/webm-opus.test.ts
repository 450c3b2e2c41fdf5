import { describe, expect, test } from "vitest";
import { ByteStream } from "../../src/audio/byte-stream.js";
import { WebmWriter, webmPackets } from "../../src/audio/webm-opus.js";

const UNKNOWN = Buffer.from("01ffffffffffffff", "hex");

/** An element; a one-byte size below 127, else eight bytes; `unknown` leaves the size open. */
function element(id: string, content: Buffer, unknown = false): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(0x0100000000000000n + BigInt(content.length));
  const short = content.length < 127;
  return Buffer.concat([
    Buffer.from(id, "hex"),
    unknown ? UNKNOWN : short ? Buffer.of(0x80 | content.length) : size,
    content,
  ]);
}

function track(number: number, codec: string, codecFirst = false): Buffer {
  const fields = [element("d7", Buffer.of(number)), element("86", Buffer.from(codec))];
  return element("ae", Buffer.concat(codecFirst ? fields.reverse() : fields));
}

const tracks = (...entries: Buffer[]) => element("1654ae6b", Buffer.concat(entries));
const block = (content: string | Buffer, trackNumber = 1, flags = 0) =>
  Buffer.concat([Buffer.of(0x80 | trackNumber, 0, 0, flags), Buffer.from(content as string, "latin1")]);
const simpleBlock = (...of: Parameters<typeof block>) => element("a3", block(...of));

function packetsOf(...chunks: Buffer[]): string[] {
  const found: string[] = [];
  const stream = new ByteStream(webmPackets((packet) => found.push(Buffer.from(packet).toString("latin1"))));
  for (const chunk of chunks) stream.push(chunk);
  return found;
}

describe("written streams", () => {
  test("begin with the headers, then add 6 bytes to a small packet, and 8 or 9 more once a second", () => {
    const writer = new WebmWriter();
    const sizes = Array.from({ length: 102 }, () => writer.write(Buffer.alloc(60)).length);
    expect(sizes[1]).toBe(66);
    expect(
      sizes
        .slice(1)
        .map((size, i) => [i + 1, size - 66])
        .filter(([, more]) => more !== 0),
    ).toEqual([
      [50, 9],
      [100, 9],
    ]);
    expect(sizes[0]).toBeGreaterThan(150);
  });

  test("say what they are to the byte", () => {
    const writer = new WebmWriter();
    const first = writer.write(Buffer.from("packet"));
    expect(first.toString("hex")).toMatch(/^1a45dfa39f4286810142f7810142f2810442f381084282847765626d/);
    expect(first.toString("hex")).toContain("18538067ff"); // a segment of unknown size
    expect(first.subarray(-20).toString("hex")).toBe(
      `1f43b675ffe78100a38a81000080${Buffer.from("packet").toString("hex")}`,
    );
    expect(writer.write(Buffer.from("packet")).toString("hex")).toBe(
      `a38a81001480${Buffer.from("packet").toString("hex")}`,
    );
  });

  test("time each cluster and block, also after an hour", () => {
    const writer = new WebmWriter();
    const seconds = 3600 + 1;
    let last: Uint8Array = Buffer.alloc(0);
    for (let packet = 0; packet <= seconds * 50; packet++) last = writer.write(Buffer.of(1));
    expect(Buffer.from(last).toString("hex")).toBe(
      `1f43b675ffe783${(seconds * 1000).toString(16)}a3858100008001`,
    );
  });
});

describe("read streams", () => {
  const opus = tracks(track(1, "A_OPUS"));

  test("blocks come out of known and unknown sizes, of simple blocks and of groups", () => {
    const cluster = (unknown: boolean, ...children: Buffer[]) =>
      element("1f43b675", Buffer.concat(children), unknown);
    const group = (content: string) =>
      element("a0", Buffer.concat([element("a1", block(content)), element("9b", Buffer.of(20))]));
    for (const unknown of [false, true]) {
      const clusters = [
        cluster(unknown, element("e7", Buffer.of(0)), simpleBlock("one"), group("two")),
        cluster(unknown, element("e7", Buffer.of(99)), group("three"), simpleBlock("four")),
      ];
      const stream = element("18538067", Buffer.concat([opus, ...clusters]), unknown);
      expect(packetsOf(stream)).toEqual(["one", "two", "three", "four"]);
    }
  });

  test("only the first Opus track is heard, wherever it says what it is", () => {
    const several = tracks(
      track(1, "V_VP8"),
      track(2, "A_VORBIS"),
      track(3, "A_OPUS", true),
      track(4, "A_OPUS"),
    );
    const blocks = [1, 2, 3, 4].map((number) => simpleBlock(`track ${number}`, number));
    expect(packetsOf(several, ...blocks)).toEqual(["track 3"]);
    expect(packetsOf(...blocks)).toEqual([]);
  });

  test("every kind of lacing is taken apart", () => {
    const xiph = `\x02\x03\xff\x01abc${"d".repeat(256)}ef`;
    const fixed = "\x02" + "abcdef";
    // Sizes 3, then 3 + 297, then 300 - 298, then the rest: two-byte differences are offset by 8191.
    const ebml = `\x03\x83\x61\x28\x5e\xd5abc${"d".repeat(300)}efg`;
    expect(packetsOf(opus, simpleBlock(xiph, 1, 0x02))).toEqual(["abc", "d".repeat(256), "ef"]);
    expect(packetsOf(opus, simpleBlock(fixed, 1, 0x04))).toEqual(["ab", "cd", "ef"]);
    expect(packetsOf(opus, simpleBlock(ebml, 1, 0x06))).toEqual(["abc", "d".repeat(300), "ef", "g"]);
  });

  test.each([
    ["Xiph sizes beyond the block", "\x02\xff\xff", 0x02],
    ["a fixed size that does not divide", "\x02abcde", 0x04],
    ["an EBML size below zero", "\x02\x81\x80abc", 0x06],
    ["no lace count", "", 0x06],
  ])("damaged lacing gives nothing and harms nothing: %s", (_, content, flags) => {
    expect(packetsOf(opus, simpleBlock(content, 1, flags), simpleBlock("next"))).toEqual(["next"]);
  });

  test("blocks too short for their own header give nothing", () => {
    for (const bytes of ["", "81", "8100", "810000", "81000080"]) {
      expect(packetsOf(opus, element("a3", Buffer.from(bytes, "hex")), simpleBlock("next"))).toEqual([
        "next",
      ]);
    }
  });

  test("unknown elements are passed over; an unknown size that must be known leads on to the next cluster", () => {
    expect(packetsOf(opus, element("ec", Buffer.alloc(5000)), simpleBlock("next"))).toEqual(["next"]);
    const damage = Buffer.concat([element("ec", Buffer.alloc(10), true), simpleBlock("lost")]);
    const cluster = element("1f43b675", simpleBlock("next"), true);
    expect(packetsOf(opus, damage, cluster)).toEqual(["next"]);
  });
});
