/** Opus in WebM (RFC 8794 EBML, RFC 9559 Matroska): packets out of a live stream, and packets into one. */
import { read, type StreamParser, seek, skip } from "./byte-stream.js";
import { MAX_PACKET_BYTES } from "./opus.js";
import { OPUS_HEAD, PRE_SKIP } from "./opus-head.js";

/** The id of the EBML header, at the start of every WebM stream. */
export const WEBM_MAGIC = 0x1a45dfa3;

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const CODEC_ID = 0x86;
const CLUSTER = 0x1f43b675;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const SIMPLE_BLOCK = 0xa3;

/** Read through as if their children stood beside them: then their sizes, often unknown in live streams, do not matter. */
const PARENTS: ReadonlySet<number> = new Set([SEGMENT, TRACKS, TRACK_ENTRY, CLUSTER, BLOCK_GROUP]);

/** No element of a voice stream comes near this; a larger one is damage. */
const MAX_ELEMENT_BYTES = 2 ** 20;
const MAX_LEAF_BYTES = 64;

/**
 * Gives each packet of the first Opus track to `emit` as soon as its block is complete. Understands unknown sizes, both
 * kinds of block and all kinds of lacing; passes over everything else; goes on with the next cluster after damage.
 */
export function* webmPackets(emit: (packet: Uint8Array) => void): StreamParser {
  let track: number | undefined;
  let entry: { number?: number; opus?: boolean } = {};

  for (;;) {
    const id = yield* readId();
    const size = yield* readSize();
    if (PARENTS.has(id)) {
      if (id === TRACK_ENTRY) entry = {};
    } else if (id > 0xffffffff || size > MAX_ELEMENT_BYTES) {
      yield seek(CLUSTER);
      yield* readSize();
    } else if ((id === BLOCK || id === SIMPLE_BLOCK) && size <= MAX_PACKET_BYTES) {
      for (const packet of unlace(yield read(size), track)) if (packet.length > 0) emit(packet);
    } else if ((id === TRACK_NUMBER || id === CODEC_ID) && size <= MAX_LEAF_BYTES) {
      const value = Buffer.from(yield read(size));
      if (id === TRACK_NUMBER) entry.number = value.reduce((number, byte) => number * 256 + byte, 0);
      else entry.opus = value.toString("latin1").replace(/\0+$/, "") === "A_OPUS";
      if (entry.opus) track ??= entry.number;
    } else {
      // A new header begins another stream, with tracks of its own.
      if (id === WEBM_MAGIC) track = undefined;
      yield skip(size);
    }
  }
}

/** An element id with its length marker, as ids are written; above 32 bits when it is none. */
function* readId(): StreamParser<number> {
  const [value, marker] = yield* readNumber();
  return value + marker;
}

/** A size in bytes. Infinity when it is unknown, or none. */
function* readSize(): StreamParser<number> {
  const [value, marker] = yield* readNumber();
  return value === marker - 1 ? Infinity : value;
}

/** An EBML variable-size number: its value, and what its length marker is worth. */
function* readNumber(): StreamParser<readonly [value: number, marker: number]> {
  const first = yield read(1);
  const length = numberLength(first[0]!);
  if (length > 8) return [Infinity, Infinity];
  const rest = yield read(length - 1);
  return [numberValue(first[0]!, rest), 2 ** (7 * length)];
}

/** Bytes of the number that begins with `first`; 9 when none does. */
function numberLength(first: number): number {
  return Math.clz32(first) - 23;
}

function numberValue(first: number, rest: Uint8Array): number {
  let value = first & (0xff >> (rest.length + 1));
  for (const byte of rest) value = value * 256 + byte;
  return value;
}

/** The packets of a block of `track`; none when the block is another track's, or damaged. */
function unlace(block: Uint8Array, track: number | undefined): Uint8Array[] {
  let at = 0;
  const byte = () => block[at++] ?? 0;
  const number = () => {
    const first = byte();
    const rest = block.subarray(at, at + numberLength(first) - 1);
    at += rest.length;
    return [numberValue(first, rest), 2 ** (7 * (rest.length + 1))] as const;
  };

  if (track === undefined || number()[0] !== track) return [];
  at += 2;
  const lacing = byte() & 6;
  if (lacing === 0) return [block.subarray(at)];

  const laces = byte() + 1;
  const sizes: number[] = [];
  while (sizes.length < laces - 1) {
    if (lacing === 4) {
      sizes.push((block.length - at) / laces);
    } else if (lacing === 2) {
      let size = 0;
      let part: number;
      do size += part = byte();
      while (part === 255);
      sizes.push(size);
    } else {
      const [value, marker] = number();
      // The first size is itself, the others are differences from the one before, offset to be positive.
      sizes.push(sizes.length === 0 ? value : sizes.at(-1)! + value - (marker / 2 - 1));
    }
  }

  const packets: Uint8Array[] = [];
  for (const size of sizes) {
    if (!(size >= 0 && Number.isInteger(size) && at + size <= block.length)) return [];
    packets.push(block.subarray(at, (at += size)));
  }
  packets.push(block.subarray(at));
  return packets;
}

const CLUSTER_MS = 1000;
const PACKET_MS = 20;
const TRACK = 1;
const KEYFRAME = 0x80;

/** A live WebM Opus stream of 20 ms packets, in clusters of a second. Never ends by itself. */
export class WebmWriter {
  #packets = 0;

  /** The bytes that carry one 20 ms packet; the first call's begin with the stream's headers. */
  write(packet: Uint8Array): Buffer {
    const timeMs = this.#packets++ * PACKET_MS;
    const offsetMs = timeMs % CLUSTER_MS;
    const parts: Uint8Array[] = [];
    if (timeMs === 0) parts.push(HEAD);
    if (offsetMs === 0) parts.push(uint(CLUSTER), UNKNOWN_SIZE, element(0xe7, uint(timeMs)));
    const block = Buffer.of(0x80 | TRACK, offsetMs >> 8, offsetMs & 0xff, KEYFRAME);
    parts.push(element(SIMPLE_BLOCK, block, packet));
    return Buffer.concat(parts);
  }
}

const UNKNOWN_SIZE = Buffer.of(0xff);
const APPLICATION = Buffer.from("smartpbx-bridge");

const HEAD = Buffer.concat([
  element(
    WEBM_MAGIC,
    element(0x4286, uint(1)), // EBMLVersion
    element(0x42f7, uint(1)), // EBMLReadVersion
    element(0x42f2, uint(4)), // EBMLMaxIDLength
    element(0x42f3, uint(8)), // EBMLMaxSizeLength
    element(0x4282, Buffer.from("webm")), // DocType
    element(0x4287, uint(4)), // DocTypeVersion
    element(0x4285, uint(2)), // DocTypeReadVersion
  ),
  uint(SEGMENT),
  UNKNOWN_SIZE,
  element(
    INFO,
    element(0x2ad7b1, uint(1_000_000)), // TimestampScale: ns in a tick
    element(0x4d80, APPLICATION), // MuxingApp
    element(0x5741, APPLICATION), // WritingApp
  ),
  element(
    TRACKS,
    element(
      TRACK_ENTRY,
      element(TRACK_NUMBER, uint(TRACK)),
      element(0x73c5, uint(TRACK)), // TrackUID
      element(0x83, uint(2)), // TrackType: audio
      element(0x9c, uint(0)), // FlagLacing
      element(CODEC_ID, Buffer.from("A_OPUS")),
      element(0x63a2, OPUS_HEAD), // CodecPrivate
      element(0x56aa, uint((PRE_SKIP * 1e9) / 48000)), // CodecDelay, ns
      element(0x56bb, uint(80_000_000)), // SeekPreRoll, ns
      element(
        0xe1, // Audio
        element(0xb5, Buffer.of(0x47, 0x3b, 0x80, 0)), // SamplingFrequency: 48000 as a 32-bit float
        element(0x9f, uint(1)), // Channels
      ),
    ),
  ),
]);

function element(id: number, ...content: readonly Uint8Array[]): Buffer {
  const size = content.reduce((total, part) => total + part.length, 0);
  return Buffer.concat([uint(id), sizeBytes(size), ...content]);
}

/** A size in as few bytes as hold it; all ones would mean "unknown". */
function sizeBytes(size: number): Buffer {
  let length = 1;
  while (size >= 2 ** (7 * length) - 1) length++;
  return uint(size + 2 ** (7 * length), length);
}

/** A number in as few bytes as hold it, but at least `length`. */
function uint(value: number, length = 1): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length < length; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  return Buffer.from(bytes);
}
