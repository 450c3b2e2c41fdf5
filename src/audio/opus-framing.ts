/** The three ways in which Opus packets travel in payloads: raw, in an Ogg stream, in a WebM stream. */
import { ByteStream } from "./byte-stream.js";
import { OGG_MAGIC, OggWriter, oggPackets } from "./ogg-opus.js";
import { MAX_PACKET_BYTES } from "./opus.js";
import { WEBM_MAGIC, WebmWriter, webmPackets } from "./webm-opus.js";

export type OpusFraming = "raw" | "ogg" | "webm";

export const OPUS_FRAMINGS: readonly OpusFraming[] = ["raw", "ogg", "webm"];

const MAGIC_BYTES = 4;
const CONTAINERS: readonly (readonly [framing: OpusFraming, magic: Buffer])[] = [
  ["ogg", bigEndian(OGG_MAGIC)],
  ["webm", bigEndian(WEBM_MAGIC)],
];

/**
 * Takes the payloads of one call and gives its Opus packets, each with its last byte. Payloads of a container may be cut
 * anywhere; a raw payload is one packet. Never throws; holds at most one packet; what it cannot read it passes over.
 */
export class OpusUnframer {
  #framing: OpusFraming | undefined;
  #container: ByteStream | undefined;
  #packets: Uint8Array[] = [];
  /** Payloads that could still be the first bytes of a container, together shorter than a magic number. */
  #held: Uint8Array[] = [];

  /** @param forced the framing, when it is known; otherwise the first bytes of the call tell. */
  constructor(forced?: OpusFraming) {
    if (forced) this.#decide(forced);
  }

  /** Undefined until the first bytes have told. */
  get framing(): OpusFraming | undefined {
    return this.#framing;
  }

  /** The packets that `chunk` completes. They may share its memory. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.#framing) {
      this.#read(chunk);
    } else if (chunk.length > 0) {
      this.#held.push(chunk);
      const framing = sniff(Buffer.concat(this.#held));
      if (framing) {
        this.#decide(framing);
        for (const held of this.#held.splice(0)) this.#read(held);
      }
    }
    return this.#packets.splice(0);
  }

  #decide(framing: OpusFraming): void {
    this.#framing = framing;
    const emit = (packet: Uint8Array) => this.#packets.push(packet);
    if (framing === "ogg") this.#container = new ByteStream(oggPackets(emit));
    if (framing === "webm") this.#container = new ByteStream(webmPackets(emit));
  }

  #read(chunk: Uint8Array): void {
    if (this.#container) this.#container.push(chunk);
    else if (chunk.length > 0 && chunk.length <= MAX_PACKET_BYTES) this.#packets.push(chunk);
  }
}

/**
 * The framing of a call that begins with these bytes; undefined while there are fewer than four and they fit a container.
 * A browser's recorder may well send the first byte of its stream alone; the first raw packet that is as short is held
 * back until the next one shows that no container goes on like this.
 */
function sniff(bytes: Buffer): OpusFraming | undefined {
  const known = Math.min(bytes.length, MAGIC_BYTES);
  for (const [framing, magic] of CONTAINERS) {
    if (magic.compare(bytes, 0, known, 0, known) === 0) return known === MAGIC_BYTES ? framing : undefined;
  }
  return "raw";
}

/** Puts the 20 ms packets of one direction of a call into payloads. */
export class OpusFramer {
  readonly #writer: OggWriter | WebmWriter | undefined;

  constructor(framing: OpusFraming) {
    if (framing === "ogg") this.#writer = new OggWriter();
    if (framing === "webm") this.#writer = new WebmWriter();
  }

  /**
   * The payload of the next packet. The first payload of a container begins with the stream's headers.
   * @throws RangeError for a packet too long for an Ogg page (65,024 bytes).
   */
  frame(packet: Uint8Array): Uint8Array {
    return this.#writer ? this.#writer.write(packet) : packet;
  }
}

function bigEndian(magic: number): Buffer {
  const bytes = Buffer.alloc(MAGIC_BYTES);
  bytes.writeUInt32BE(magic);
  return bytes;
}
