/** WebSocket frames, RFC 6455 section 5: the bytes of a connection become messages and control frames, and messages become bytes. */
import { isUtf8 } from "node:buffer";
import { randomFillSync } from "node:crypto";

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Message {
  /** Of `OPCODE`, never a continuation. */
  readonly opcode: number;
  /** A view of what was read; whoever gets it may keep it and may not count on being the only one. */
  readonly payload: Buffer;
}

/** What the far end sent is no WebSocket, or more than we take. */
export class FrameError extends Error {
  override readonly name = "FrameError";

  /** @param closeCode what the connection is closed with, RFC 6455 section 7.4. */
  constructor(
    message: string,
    readonly closeCode: 1002 | 1007 | 1009,
  ) {
    super(message);
  }
}

const FINAL = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const MASK_BYTES = 4;
const MAX_CONTROL_BYTES = 125;
/** Nobody cuts a message into more. Empty parts, which no limit of bytes would ever end, are frames to be read all the same. */
const MAX_PARTS = 1000;
const NOTHING = Buffer.alloc(0);

/** What is longer ends the connection with 1009. */
export interface MessageLimits {
  readonly maxMessageBytes: number;
  /** For texts, which have to be parsed. Default: as for all messages. */
  readonly maxTextBytes?: number;
}

export interface FrameReaderOptions extends MessageLimits {
  /** True for what a client sends: every frame is masked, or none. */
  readonly isMasked: boolean;
}

/** Reads what one end sends. It holds what has come and not what was announced, and looks at no frame before it is asked for it. */
export class FrameReader {
  readonly #isMasked: boolean;
  readonly #maxMessageBytes: number;
  readonly #maxTextBytes: number;
  readonly #unread = new Gathering();
  /** The frames of a message whose last one is still to come. */
  readonly #parts = new Gathering();
  #partsOpcode = 0;
  #partsCount = 0;

  constructor({ isMasked, maxMessageBytes, maxTextBytes = maxMessageBytes }: FrameReaderOptions) {
    this.#isMasked = isMasked;
    this.#maxMessageBytes = maxMessageBytes;
    this.#maxTextBytes = maxTextBytes;
  }

  /** Bytes that have come and are not read yet. */
  get unreadBytes(): number {
    return this.#unread.length;
  }

  /** @param chunk is unmasked where it lies. */
  push(chunk: Buffer): void {
    this.#unread.add(chunk);
  }

  /**
   * The next whole message or control frame, or undefined until more has come.
   * @throws FrameError; nothing that follows can be read.
   */
  next(): Message | undefined {
    for (;;) {
      const { bytes, start, length: unread } = this.#unread;
      if (unread < 2) return undefined;
      const opcode = bytes[start] & 0x0f;
      const isFinal = (bytes[start] & FINAL) !== 0;
      const short = bytes[start + 1] & 0x7f;
      this.#check(bytes[start], bytes[start + 1]);
      let head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (unread < head) return undefined;
      const length = short < 126 ? short : readLength(bytes, start, short);
      if (opcode < OPCODE.close) this.#checkLength(opcode || this.#partsOpcode, this.#parts.length + length);
      if (this.#isMasked) head += MASK_BYTES;
      if (unread < head + length) return undefined;
      const from = start + head;
      if (this.#isMasked) mask(bytes, from, from + length, bytes, from - MASK_BYTES);
      const payload = bytes.subarray(from, from + length);
      this.#unread.drop(head + length);
      const message = opcode >= OPCODE.close ? { opcode, payload } : this.#data(opcode, isFinal, payload);
      if (message) return message;
    }
  }

  /** What is wrong with a frame can be told from its first two bytes. */
  #check(first: number, second: number): void {
    if ((first & RESERVED) !== 0)
      throw new FrameError("a frame with bits of an extension nobody offered", 1002);
    if (((second & MASKED) !== 0) !== this.#isMasked)
      throw new FrameError(this.#isMasked ? "a frame without a mask" : "a masked frame", 1002);
    const opcode = first & 0x0f;
    if (opcode > OPCODE.pong || (opcode > OPCODE.binary && opcode < OPCODE.close))
      throw new FrameError(`a frame of the unknown kind ${opcode}`, 1002);
    if (opcode >= OPCODE.close) {
      if ((first & FINAL) === 0 || (second & 0x7f) > MAX_CONTROL_BYTES)
        throw new FrameError("a control frame in parts, or too long", 1002);
    } else if ((opcode === OPCODE.continuation) !== (this.#partsOpcode !== 0))
      throw new FrameError("parts of messages in the wrong order", 1002);
  }

  #checkLength(opcode: number, length: number): void {
    const isText = opcode === OPCODE.text;
    const most = isText ? this.#maxTextBytes : this.#maxMessageBytes;
    if (length > most)
      throw new FrameError(`a ${isText ? "text" : "message"} of more than ${most} bytes`, 1009);
  }

  /** @returns the message that this frame completes. */
  #data(opcode: number, isFinal: boolean, payload: Buffer): Message | undefined {
    if (isFinal && opcode !== OPCODE.continuation) return whole(opcode, payload);
    if (opcode !== OPCODE.continuation) this.#partsOpcode = opcode;
    if (++this.#partsCount > MAX_PARTS)
      throw new FrameError(`a message in more than ${MAX_PARTS} parts`, 1009);
    this.#parts.copy(payload);
    if (!isFinal) return undefined;
    const message = whole(this.#partsOpcode, this.#parts.take());
    this.#partsOpcode = 0;
    this.#partsCount = 0;
    return message;
  }
}

function whole(opcode: number, payload: Buffer): Message {
  if (opcode === OPCODE.text && !isUtf8(payload)) throw new FrameError("a text that is not UTF-8", 1007);
  return { opcode, payload };
}

function readLength(bytes: Buffer, start: number, short: number): number {
  if (short === 126) return bytes.readUInt16BE(start + 2);
  // Beyond 2^53 the sum is not exact, and too long all the same.
  return bytes.readUInt32BE(start + 2) * 2 ** 32 + bytes.readUInt32BE(start + 6);
}

/** One message in one frame. `isMasked` is true for what a client sends. */
export function encodeFrame(opcode: number, data: string | Uint8Array, isMasked: boolean): Buffer {
  const length = typeof data === "string" ? Buffer.byteLength(data) : data.length;
  const short = length < 126 ? length : length < 0x10000 ? 126 : 127;
  const head = (short < 126 ? 2 : short === 126 ? 4 : 10) + (isMasked ? MASK_BYTES : 0);
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = FINAL | opcode;
  frame[1] = (isMasked ? MASKED : 0) | short;
  if (short === 126) frame.writeUInt16BE(length, 2);
  else if (short === 127) frame.writeBigUInt64BE(BigInt(length), 2);
  if (typeof data === "string") {
    // Text whose every letter is one byte needs no encoding.
    if (length === data.length) frame.write(data, head, "latin1");
    else frame.write(data, head);
  } else frame.set(data, head);
  if (isMasked) {
    const key = head - MASK_BYTES;
    newMask(frame, key);
    mask(frame, head, head + length, frame, key);
  }
  return frame;
}

/** Asking for four random bytes at a time would cost more than all else here. */
const randomBytes = Buffer.alloc(8192);
let randomUsed = randomBytes.length;

function newMask(into: Buffer, at: number): void {
  if (randomUsed === randomBytes.length) {
    randomFillSync(randomBytes);
    randomUsed = 0;
  }
  for (let i = 0; i < MASK_BYTES; i++) into[at + i] = randomBytes[randomUsed++];
}

/** Masks or unmasks `bytes[from..to)` by the four bytes of `keys` at `at`. */
function mask(bytes: Buffer, from: number, to: number, keys: Buffer, at: number): void {
  const a = keys[at];
  const b = keys[at + 1];
  const c = keys[at + 2];
  const d = keys[at + 3];
  let i = from;
  for (; i + 3 < to; i += 4) {
    bytes[i] ^= a;
    bytes[i + 1] ^= b;
    bytes[i + 2] ^= c;
    bytes[i + 3] ^= d;
  }
  if (i < to) bytes[i] ^= a;
  if (i + 1 < to) bytes[i + 1] ^= b;
  if (i + 2 < to) bytes[i + 2] ^= c;
}

/** Bytes that come in pieces and are wanted in a row. A single piece is not copied. */
class Gathering {
  bytes: Buffer = NOTHING;
  start = 0;
  #end = 0;
  #isOwn = false;

  get length(): number {
    return this.#end - this.start;
  }

  /** Adds a piece, which is kept as it is if there is nothing else. */
  add(piece: Buffer): void {
    if (this.length > 0) this.copy(piece);
    else this.#set(piece, 0, piece.length, false);
  }

  /** Adds a copy of a piece: a thousand little pieces must not keep alive all that was read with them. */
  copy(piece: Buffer): void {
    const { length } = this;
    if (!this.#isOwn || this.bytes.length - this.#end < piece.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(1024, 2 * (length + piece.length)));
      this.bytes.copy(room, 0, this.start, this.#end);
      this.#set(room, 0, length, true);
    }
    piece.copy(this.bytes, this.#end);
    this.#end += piece.length;
  }

  /** Forgets the first bytes. */
  drop(count: number): void {
    this.start += count;
    if (this.start === this.#end) this.#set(NOTHING, 0, 0, false);
  }

  /** All of it, which is then forgotten. */
  take(): Buffer {
    const all = this.bytes.subarray(this.start, this.#end);
    this.drop(all.length);
    return all;
  }

  #set(bytes: Buffer, start: number, end: number, isOwn: boolean): void {
    this.bytes = bytes;
    this.start = start;
    this.#end = end;
    this.#isOwn = isOwn;
  }
}
