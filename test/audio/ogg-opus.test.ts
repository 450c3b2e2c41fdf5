import { describe, expect, test } from "vitest";
import { ByteStream } from "../../src/audio/byte-stream.js";
import { OggWriter, oggPackets } from "../../src/audio/ogg-opus.js";

interface Page {
  readonly flags: number;
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** Cuts a stream into its pages by RFC 3533, strictly. */
function pagesOf(stream: Buffer): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < stream.length; ) {
    expect(stream.toString("latin1", at, at + 5)).toBe("OggS\0");
    const table = stream.subarray(at + 27, at + 27 + stream[at + 26]!);
    const start = at + 27 + table.length;
    const end = start + table.reduce((sum, length) => sum + length, 0);
    pages.push({
      flags: stream[at + 5]!,
      granule: Number(stream.readBigInt64LE(at + 6)),
      serial: stream.readUInt32LE(at + 14),
      sequence: stream.readUInt32LE(at + 18),
      body: stream.subarray(start, end),
      bytes: stream.subarray(at, end),
    });
    at = end;
  }
  return pages;
}

/** The checksum bit by bit, over the page with a zero checksum. */
function checksum(page: Buffer): number {
  const bytes = Buffer.from(page);
  bytes.writeUInt32LE(0, 22);
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte) << 24n;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x80000000n ? ((crc << 1n) ^ 0x104c11db7n) & 0xffffffffn : crc << 1n;
  }
  return Number(crc);
}

/** A page of any shape: `lacing` as given, `body` cut from the packets by the test. */
function page(fields: {
  serial?: number;
  sequence: number;
  flags?: number;
  lacing: number[];
  body: Buffer;
}): Buffer {
  const header = Buffer.alloc(27);
  header.write("OggS");
  header[5] = fields.flags ?? 0;
  header.writeUInt32LE(fields.serial ?? 1, 14);
  header.writeUInt32LE(fields.sequence, 18);
  header[26] = fields.lacing.length;
  return Buffer.concat([header, Buffer.from(fields.lacing), fields.body]);
}

function head(serial = 1): Buffer {
  const body = Buffer.from("OpusHead-and-so-on");
  return page({ serial, sequence: 0, flags: 2, lacing: [body.length], body });
}

function packetsOf(...chunks: Buffer[]): string[] {
  const found: string[] = [];
  const stream = new ByteStream(oggPackets((packet) => found.push(Buffer.from(packet).toString())));
  for (const chunk of chunks) stream.push(chunk);
  return found;
}

describe("written streams", () => {
  const packets = [
    Buffer.alloc(10, 1),
    Buffer.alloc(254, 2),
    Buffer.alloc(255, 3),
    Buffer.alloc(510, 4),
    Buffer.of(5),
  ];
  const writer = new OggWriter();
  const payloads = packets.map((packet) => writer.write(packet));
  const pages = pagesOf(Buffer.concat(payloads));

  test("begin with the two header pages, in the first payload", () => {
    expect(pagesOf(payloads[0]!)).toHaveLength(3);
    // Version 1, mono, pre-skip 312, 48000 Hz, no gain, mapping family 0 (RFC 7845 section 5.1).
    const opusHead = Buffer.concat([Buffer.from("OpusHead"), Buffer.from("0101380180bb0000000000", "hex")]);
    expect(pages[0]!.body.equals(opusHead)).toBe(true);
    expect(pages[1]!.body.toString("latin1")).toBe("OpusTags\x0f\0\0\0smartpbx-bridge\0\0\0\0");
  });

  test("have one page per packet, numbered, timed and with a right checksum", () => {
    expect(pages.slice(2).map(({ body }) => body.toString("hex"))).toEqual(
      packets.map((p) => p.toString("hex")),
    );
    expect(pages.map(({ flags }) => flags)).toEqual([2, 0, 0, 0, 0, 0, 0]);
    expect(pages.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(pages.map(({ granule }) => granule)).toEqual([0, 0, 960, 1920, 2880, 3840, 4800]);
    for (const { bytes } of pages) expect(bytes.readUInt32LE(22)).toBe(checksum(bytes));
  });

  test("take packets up to the 65,024 bytes a page can hold", () => {
    const largest = Buffer.alloc(65_024, 7);
    expect(pagesOf(new OggWriter().write(largest)).at(-1)!.body.equals(largest)).toBe(true);
    expect(() => new OggWriter().write(Buffer.alloc(65_025))).toThrow(RangeError);
  });
});

describe("read streams", () => {
  const long = Buffer.from("x".repeat(600));

  test("several packets a page are given one by one, as their last bytes come", () => {
    const found: string[] = [];
    const stream = new ByteStream(oggPackets((packet) => found.push(Buffer.from(packet).toString())));
    const audio = page({ sequence: 1, lacing: [3, 0, 2], body: Buffer.from("onetw") });
    stream.push(Buffer.concat([head(), audio.subarray(0, -3)]));
    expect(found).toEqual([]);
    stream.push(audio.subarray(-3, -2));
    expect(found).toEqual(["one"]);
    stream.push(audio.subarray(-2));
    expect(found).toEqual(["one", "tw"]);
  });

  test("a packet goes on over any number of pages", () => {
    const stream = [
      head(),
      page({ sequence: 1, lacing: [255], body: long.subarray(0, 255) }),
      page({ sequence: 2, flags: 1, lacing: [255], body: long.subarray(255, 510) }),
      page({
        sequence: 3,
        flags: 1,
        lacing: [90, 1],
        body: Buffer.concat([long.subarray(510), Buffer.from("y")]),
      }),
    ];
    expect(packetsOf(...stream)).toEqual([long.toString(), "y"]);
    // Without the page in the middle the packet is gone, and only it.
    expect(packetsOf(stream[0]!, stream[1]!, stream[3]!)).toEqual(["y"]);
    expect(packetsOf(stream[0]!, stream[3]!)).toEqual(["y"]);
  });

  test("a packet that another page does not continue is dropped", () => {
    const begun = page({ sequence: 1, lacing: [255], body: long.subarray(0, 255) });
    const next = page({ sequence: 2, lacing: [1], body: Buffer.from("y") });
    expect(packetsOf(head(), begun, next)).toEqual(["y"]);
  });

  test("streams that are not Opus, and pages before any head, are passed over", () => {
    const vorbis = page({ serial: 5, sequence: 0, flags: 2, lacing: [7], body: Buffer.from("\x01vorbis") });
    const other = page({ serial: 5, sequence: 1, lacing: [5], body: Buffer.from("other") });
    const ours = page({ serial: 1, sequence: 1, lacing: [4], body: Buffer.from("ours") });
    expect(packetsOf(other, vorbis, head(), other, ours, other)).toEqual(["ours"]);
  });

  test("a chained stream takes over with its own serial number", () => {
    const first = page({ serial: 1, sequence: 1, lacing: [1], body: Buffer.from("a") });
    const second = page({ serial: 2, sequence: 1, lacing: [1], body: Buffer.from("b") });
    expect(packetsOf(head(1), first, head(2), second, first)).toEqual(["a", "b"]);
  });
});
