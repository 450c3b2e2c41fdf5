/** Opus in Ogg (RFC 3533, RFC 7845): packets out of a live stream, and packets into one. */
import { read, type StreamParser, seek, skip } from "./byte-stream.js";
import { MAX_PACKET_BYTES } from "./opus.js";
import { OPUS_HEAD } from "./opus-head.js";

/** "OggS", at the start of every page. */
export const OGG_MAGIC = 0x4f676753;

const HEADER_BYTES = 27;
const CHECKSUM_AT = 22;
const CONTINUED = 1;
const FIRST_PAGE = 2;
const LAST_PAGE = 4;

/**
 * Gives each audio packet to `emit` with its last byte, also where a page holds several or a packet spans pages. Header
 * packets and other streams are passed over; a new OpusHead starts a chained stream. After damage it goes on with the
 * next page. The page checksums stay unread: they need whole pages, and a WebSocket delivers bytes intact.
 */
export function* oggPackets(emit: (packet: Uint8Array) => void): StreamParser {
  let serial: number | undefined;
  let nextPage: number | undefined;
  let begun: Uint8Array[] | undefined;
  let begunBytes = 0;

  for (;;) {
    yield seek(OGG_MAGIC);
    const header = view(yield read(HEADER_BYTES - 4));
    const [version, flags, pageSerial, page] = [
      header.getUint8(0),
      header.getUint8(1),
      header.getUint32(10, true),
      header.getUint32(14, true),
    ];
    if (version !== 0) continue;
    const lacing = yield read(header.getUint8(22));

    if (flags & FIRST_PAGE) {
      const body = yield read(sum(lacing));
      if (!startsWith(body, "OpusHead")) continue;
      serial = pageSerial;
      begun = undefined;
      continue;
    }
    if (pageSerial !== serial) {
      yield skip(sum(lacing));
      continue;
    }

    const continued = (flags & CONTINUED) !== 0;
    if (!continued || page !== nextPage) begun = undefined;
    nextPage = (page + 1) >>> 0;
    // The rest of a packet whose beginning never came is read, and dropped.
    let lost = continued && begun === undefined;
    let run = 0;
    for (const length of lacing) {
      run += length;
      if (length === 255) continue;
      const end = yield read(run);
      const packet = begun ? Buffer.concat([...begun, end]) : end;
      if (!lost && isAudio(packet)) emit(packet);
      lost = false;
      begun = undefined;
      run = 0;
    }
    if (run > 0) {
      begunBytes = (begun ? begunBytes : 0) + run;
      if (lost || begunBytes > MAX_PACKET_BYTES) {
        yield skip(run);
        begun = undefined;
      } else {
        // A copy, so that a packet of many small parts does not hold on to the chunks they came in.
        begun = [...(begun ?? []), new Uint8Array(yield read(run))];
      }
    }
  }
}

function isAudio(packet: Uint8Array): boolean {
  return packet.length > 0 && packet.length <= MAX_PACKET_BYTES && !startsWith(packet, "OpusTags");
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return (
    bytes.length >= text.length && Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text
  );
}

function sum(bytes: Uint8Array): number {
  let total = 0;
  for (const byte of bytes) total += byte;
  return total;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const SERIAL = 1;
/** Lacing values of 255 say "more follows", so a page's 255 values hold one packet of at most this length. */
export const MAX_PAGE_PACKET_BYTES = 254 * 255 + 254;
const SAMPLES_PER_PACKET = 960;

/** An Ogg Opus stream: a page for each packet, so that none waits for another. A live one never ends by itself. */
export class OggWriter {
  #page = 0;
  #granule = 0;

  /**
   * The bytes that carry one packet; the first call's begin with the two header pages.
   * @param samples how much audio the packet is, at 48 kHz.
   * @param isLast whether the stream ends with it.
   * @throws RangeError for a packet above 65,024 bytes, which no page can hold.
   */
  write(packet: Uint8Array, samples = SAMPLES_PER_PACKET, isLast = false): Buffer {
    if (packet.length > MAX_PAGE_PACKET_BYTES) {
      throw new RangeError(`a packet of ${packet.length} bytes does not fit an Ogg page`);
    }
    const pages =
      this.#page === 0 ? [this.#nextPage(OPUS_HEAD, FIRST_PAGE), this.#nextPage(OPUS_TAGS, 0)] : [];
    this.#granule += samples;
    pages.push(this.#nextPage(packet, isLast ? LAST_PAGE : 0));
    return pages.length === 1 ? pages[0]! : Buffer.concat(pages);
  }

  #nextPage(packet: Uint8Array, flags: number): Buffer {
    const segments = Math.floor(packet.length / 255) + 1;
    const page = Buffer.alloc(HEADER_BYTES + segments + packet.length, 255);
    page.writeUInt32BE(OGG_MAGIC, 0);
    page.writeUInt16BE(flags, 4); // version 0, flags
    page.writeUInt32LE(this.#granule % 2 ** 32, 6);
    page.writeUInt32LE(Math.floor(this.#granule / 2 ** 32), 10);
    page.writeUInt32LE(SERIAL, 14);
    page.writeUInt32LE(this.#page++, 18);
    page[26] = segments;
    page[HEADER_BYTES + segments - 1] = packet.length % 255;
    page.set(packet, HEADER_BYTES + segments);
    sealPage(page);
    return page;
  }
}

const OPUS_TAGS = opusTags("smartpbx-bridge");

/** Who made the stream, and no comments (RFC 7845 section 5.2). */
function opusTags(vendor: string): Buffer {
  const tags = Buffer.alloc(16 + vendor.length);
  tags.write("OpusTags", 0);
  tags.writeUInt32LE(vendor.length, 8);
  tags.write(vendor, 12);
  return tags;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** Writes the checksum of a whole page into it: RFC 3533's CRC-32, over the page with a zero checksum. */
export function sealPage(page: Buffer): void {
  page.writeUInt32LE(0, CHECKSUM_AT);
  page.writeUInt32LE(checksum(page), CHECKSUM_AT);
}

/** Polynomial 0x04C11DB7, not reflected, from zero. */
function checksum(page: Uint8Array): number {
  let crc = 0;
  for (const byte of page) crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte]!;
  return crc >>> 0;
}
