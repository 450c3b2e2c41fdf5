/** WebSocket frames as RFC 6455 §5.2 has them, and as it does not. */

export interface FrameOptions {
  /** Not the last of its message. */
  readonly more?: boolean;
  /** The reserved bits, 0 to 7; 4 marks a compressed message. */
  readonly reserved?: number;
  /** Clients mask their frames, servers do not. */
  readonly masked?: boolean;
  /** What the head claims as the payload's length, whatever the payload. */
  readonly claims?: bigint;
}

export function frame(
  opcode: number,
  payload: string | Uint8Array = "",
  { more = false, reserved = 0, masked = true, claims }: FrameOptions = {},
): Buffer {
  const bytes = Buffer.from(payload as Uint8Array);
  const length = claims ?? BigInt(bytes.length);
  const mask = masked ? 0x80 : 0;
  const first = (more ? 0 : 0x80) | (reserved << 4) | opcode;
  let head: Buffer;
  if (length < 126n) head = Buffer.from([first, mask | Number(length)]);
  else if (length < 65_536n) {
    head = Buffer.from([first, mask | 126, 0, 0]);
    head.writeUInt16BE(Number(length), 2);
  } else {
    head = Buffer.concat([Buffer.from([first, mask | 127]), Buffer.alloc(8)]);
    head.writeBigUInt64BE(length, 2);
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat(masked ? [head, Buffer.alloc(4), bytes] : [head, bytes]);
}

/** A close frame's payload: the code, and bytes for the reason. */
export function closePayload(code: number, reason: string | Uint8Array = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason as Uint8Array)]);
}

/** 20 ms of μ-law silence, in a message. */
export const MEDIA = JSON.stringify({
  event: "media",
  media: { payload: Buffer.alloc(160, 0xff).toString("base64") },
});
