/** The frames of Pipecat's protobuf serializer: five messages in one `oneof`, read and written by hand. */

/** What a bot and a client say to each other. A field that proto3 leaves out is empty or 0. */
export type PipecatFrame =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "audio";
      readonly audio: Uint8Array;
      readonly sampleRate: number;
      readonly channels: number;
    }
  | { readonly type: "transcription"; readonly text: string; readonly userId: string }
  | { readonly type: "message"; readonly data: string }
  | { readonly type: "interruption" };

/** Field numbers, from pipecat's frames.proto. */
const FRAME = { text: 1, audio: 2, transcription: 3, message: 4, interruption: 5 } as const;
const TEXT = 3;
const AUDIO = { audio: 3, sampleRate: 4, channels: 5 } as const;
const TRANSCRIPTION = { text: 3, userId: 4 } as const;
const DATA = 1;

/** Wire types of the protobuf encoding. Groups, 3 and 4, are not in proto3. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const MAX_VARINT_BYTES = 10;
/** No frame has more fields than this; a message of millions of empty ones is an attack on our time. */
const MAX_FIELDS = 256;

/**
 * The frame that `bytes` hold; `"unknown"` for one of a later version; undefined for bytes that are no frame. As protobuf
 * wants it, unknown fields are skipped, and of a repeated field the last one counts. Audio is a view of `bytes`.
 */
export function decodeFrame(bytes: Uint8Array): PipecatFrame | "unknown" | undefined {
  const fields = readFields(bytes);
  if (!fields) return undefined;
  let frame: PipecatFrame | "unknown" | undefined = "unknown";
  for (const [number, value] of fields) {
    const decode = typeof value === "number" ? undefined : DECODERS[number];
    if (decode) frame = decode(value as Uint8Array);
    if (frame === undefined) return undefined;
  }
  return frame;
}

const DECODERS: Readonly<Record<number, (bytes: Uint8Array) => PipecatFrame | undefined>> = {
  [FRAME.text]: (bytes) => {
    const fields = readFields(bytes);
    return fields && { type: "text", text: text(fields.get(TEXT)) };
  },
  [FRAME.audio]: (bytes) => {
    const fields = readFields(bytes);
    if (!fields) return undefined;
    const audio = fields.get(AUDIO.audio);
    return {
      type: "audio",
      audio: audio instanceof Uint8Array ? audio : new Uint8Array(0),
      sampleRate: number(fields.get(AUDIO.sampleRate)),
      channels: number(fields.get(AUDIO.channels)),
    };
  },
  [FRAME.transcription]: (bytes) => {
    const fields = readFields(bytes);
    return (
      fields && {
        type: "transcription",
        text: text(fields.get(TRANSCRIPTION.text)),
        userId: text(fields.get(TRANSCRIPTION.userId)),
      }
    );
  },
  [FRAME.message]: (bytes) => {
    const fields = readFields(bytes);
    return fields && { type: "message", data: text(fields.get(DATA)) };
  },
  [FRAME.interruption]: (bytes) => (readFields(bytes) ? { type: "interruption" } : undefined),
};

/** The bytes of one frame. */
export function encodeFrame(frame: PipecatFrame): Uint8Array {
  switch (frame.type) {
    case "text":
      return join(FRAME.text, [stringField(TEXT, frame.text)]);
    case "audio":
      return join(FRAME.audio, [
        bytesField(AUDIO.audio, frame.audio),
        numberField(AUDIO.sampleRate, frame.sampleRate),
        numberField(AUDIO.channels, frame.channels),
      ]);
    case "transcription":
      return join(FRAME.transcription, [
        stringField(TRANSCRIPTION.text, frame.text),
        stringField(TRANSCRIPTION.userId, frame.userId),
      ]);
    case "message":
      return join(FRAME.message, [stringField(DATA, frame.data)]);
    case "interruption":
      return join(FRAME.interruption, []);
  }
}

/** A number is a varint; what comes in 4 or 8 fixed bytes has no place in these messages and is skipped. */
type Fields = ReadonlyMap<number, number | Uint8Array>;

/** Undefined when the bytes do not come out even, or are not protobuf at all. */
function readFields(bytes: Uint8Array): Fields | undefined {
  const fields = new Map<number, number | Uint8Array>();
  const set = (field: number, value: number | Uint8Array) => {
    // The order is that of the last ones, for the last of a `oneof` counts.
    fields.delete(field);
    fields.set(field, value);
  };
  let at = 0;
  /** NaN for a varint that does not end. Of 64 bits, those that a number does not hold exactly are lost. */
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES && at < bytes.length; i++) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  for (let count = 0; at < bytes.length; count++) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    // Field 0 and numbers over 29 bits are errors to every protobuf parser; NaN fails here too.
    if (!(field >= 1 && field < 2 ** 29) || count >= MAX_FIELDS) return undefined;
    const wireType = tag % 8;
    if (wireType === VARINT) {
      const value = varint();
      if (Number.isNaN(value)) return undefined;
      set(field, value);
      continue;
    }
    let length: number;
    if (wireType === BYTES) length = varint();
    else if (wireType === FIXED64) length = 8;
    else if (wireType === FIXED32) length = 4;
    else return undefined;
    if (!(length <= bytes.length - at)) return undefined;
    if (wireType === BYTES) set(field, bytes.subarray(at, at + length));
    at += length;
  }
  return fields;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

function text(value: number | Uint8Array | undefined): string {
  return value instanceof Uint8Array ? decoder.decode(value) : "";
}

function number(value: number | Uint8Array | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** Proto3 leaves out what is empty or 0. */
function bytesField(field: number, value: Uint8Array): readonly Uint8Array[] {
  return value.length === 0 ? [] : [tagged(field, value.length), value];
}

function stringField(field: number, value: string): readonly Uint8Array[] {
  return bytesField(field, encoder.encode(value));
}

function numberField(field: number, value: number): readonly Uint8Array[] {
  return value === 0 ? [] : [Uint8Array.from([...varintBytes(field * 8 + VARINT), ...varintBytes(value)])];
}

function tagged(field: number, length: number): Uint8Array {
  return Uint8Array.from([...varintBytes(field * 8 + BYTES), ...varintBytes(length)]);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
  return bytes;
}

function join(field: number, parts: readonly (readonly Uint8Array[])[]): Uint8Array {
  const pieces = parts.flat();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = tagged(field, length);
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
