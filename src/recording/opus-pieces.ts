/** Where the packets of one direction of an Opus call lie in its bytes, and silence put in their place. */
import { OGG_MAGIC, sealPage } from "../audio/ogg-opus.js";
import { type OpusFraming, OpusUnframer } from "../audio/opus-framing.js";
import { silenced } from "../audio/opus-packet.js";

/** From the first byte to behind the last. */
export interface Piece {
  readonly from: number;
  readonly to: number;
}

/** The parts that a packet lies in, one behind the other: more than one where it goes over an Ogg page's end. */
export type PacketPieces = readonly Piece[];

const HEADER_BYTES = 27;
const CONTINUED = 1;
const FIRST_PAGE = 2;
const OPUS_HEAD = Buffer.from("OpusHead");
const OPUS_TAGS = Buffer.from("OpusTags");
const MAGIC = Buffer.alloc(4);
MAGIC.writeUInt32BE(OGG_MAGIC);

/**
 * @param stream all payloads of one direction, end to end.
 * @param payloads where each of them lies.
 */
export function findPackets(stream: Buffer, payloads: readonly Piece[]): PacketPieces[] {
  const framing = framingOf(stream, payloads);
  if (framing === "ogg") return [...oggPackets(stream)];
  if (framing === "raw") return payloads.filter(({ from, to }) => to > from).map((payload) => [payload]);
  // Given all at once, packets are views of the stream.
  return new OpusUnframer("webm").push(stream).map((packet) => {
    const from = packet.byteOffset - stream.byteOffset;
    return [{ from, to: from + packet.length }];
  });
}

function framingOf(stream: Buffer, payloads: readonly Piece[]): OpusFraming {
  const unframer = new OpusUnframer();
  for (const { from, to } of payloads) {
    unframer.push(stream.subarray(from, to));
    if (unframer.framing) return unframer.framing;
  }
  return "raw";
}

/** As `audio/ogg-opus.ts` reads them, with their places. */
function* oggPackets(stream: Buffer): Generator<PacketPieces> {
  let serial: number | undefined;
  let nextPage: number | undefined;
  let begun: Piece[] = [];
  for (const { from, flags, pageSerial, page, lacing } of oggPages(stream)) {
    let at = from + HEADER_BYTES + lacing.length;
    if (flags & FIRST_PAGE) {
      if (OPUS_HEAD.equals(stream.subarray(at, at + OPUS_HEAD.length))) serial = pageSerial;
      begun = [];
      continue;
    }
    if (pageSerial !== serial) continue;
    const continued = (flags & CONTINUED) !== 0;
    if (!continued || page !== nextPage) begun = [];
    nextPage = (page + 1) >>> 0;
    let lost = continued && begun.length === 0;
    let start = at;
    for (const length of lacing) {
      at += length;
      if (at > stream.length) return;
      if (length === 255) continue;
      const packet = [...begun, { from: start, to: at }];
      const isTags = OPUS_TAGS.equals(packetAt(stream, packet).subarray(0, OPUS_TAGS.length));
      if (!lost && !isTags) yield packet;
      lost = false;
      begun = [];
      start = at;
    }
    if (at > start) {
      if (lost) begun = [];
      else begun.push({ from: start, to: at });
    }
  }
}

interface Page {
  readonly from: number;
  readonly to: number;
  readonly flags: number;
  readonly pageSerial: number;
  readonly page: number;
  readonly lacing: Buffer;
}

/** The last one may be cut off. */
function* oggPages(stream: Buffer): Generator<Page> {
  for (let from = 0; ; ) {
    from = stream.indexOf(MAGIC, from);
    if (from < 0 || from + HEADER_BYTES > stream.length) return;
    const lacingAt = from + HEADER_BYTES;
    if (stream[from + 4] !== 0) {
      from = lacingAt;
      continue;
    }
    const lacing = stream.subarray(lacingAt, lacingAt + stream[lacingAt - 1]);
    const to = lacingAt + lacing.length + lacing.reduce((sum, length) => sum + length, 0);
    const pageSerial = stream.readUInt32LE(from + 14);
    yield { from, to, flags: stream[from + 5], pageSerial, page: stream.readUInt32LE(from + 18), lacing };
    from = to;
  }
}

export function packetAt(stream: Buffer, pieces: PacketPieces): Uint8Array {
  return pieces.length === 1
    ? stream.subarray(pieces[0].from, pieces[0].to)
    : Buffer.concat(pieces.map(({ from, to }) => stream.subarray(from, to)));
}

/** Puts silence of the same length in the place of packets, and new checksums into the pages they lie in. */
export function silencePackets(stream: Buffer, packets: readonly PacketPieces[]): void {
  for (const pieces of packets) {
    const quiet = silenced(packetAt(stream, pieces));
    let at = 0;
    for (const { from, to } of pieces) {
      stream.set(quiet.subarray(at, at + to - from), from);
      at += to - from;
    }
  }
  resealPages(
    stream,
    packets.flatMap((pieces) => pieces.map(({ from }) => from)),
  );
}

/** @param changed places in order. Of a stream that is no Ogg nothing is changed. */
function resealPages(stream: Buffer, changed: readonly number[]): void {
  if (!MAGIC.equals(stream.subarray(0, MAGIC.length))) return;
  let next = 0;
  for (const { from, to } of oggPages(stream)) {
    if (next >= changed.length) return;
    if (changed[next] >= to) continue;
    while (changed[next] < to) next++;
    if (to <= stream.length) sealPage(stream.subarray(from, to));
  }
}
