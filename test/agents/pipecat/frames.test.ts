/** Pipecat's frames as bytes: written as protobuf has them, and read from anything. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFrame, encodeFrame, type PipecatFrame } from "../../../src/agents/pipecat/frames.js";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** Bytes worked out by hand from the encoding's documentation. */
const KNOWN: readonly (readonly [string, PipecatFrame])[] = [
  ["0a 04 1a 02 48 69", { type: "text", text: "Hi" }],
  ["0a 00", { type: "text", text: "" }],
  [
    "12 0b 1a 04 01 00 ff 7f 20 80 7d 28 01",
    { type: "audio", audio: Uint8Array.of(1, 0, 255, 127), sampleRate: 16000, channels: 1 },
  ],
  ["12 00", { type: "audio", audio: new Uint8Array(0), sampleRate: 0, channels: 0 }],
  ["1a 07 1a 02 c3 a9 22 01 75", { type: "transcription", text: "é", userId: "u" }],
  ["22 04 0a 02 7b 7d", { type: "message", data: "{}" }],
  ["2a 00", { type: "interruption" }],
];

describe("known bytes", () => {
  it.each(KNOWN)("%s", (bytes, frame) => {
    expect(Buffer.from(encodeFrame(frame)).toString("hex")).toBe(bytes.replaceAll(" ", ""));
    expect(decodeFrame(hex(bytes))).toEqual(frame);
  });
});

const text = fc.string({ unit: "grapheme" });
const frames: fc.Arbitrary<PipecatFrame> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({
    type: fc.constant("audio" as const),
    audio: fc.uint8Array({ maxLength: 5000 }),
    sampleRate: fc.nat(0xffffffff),
    channels: fc.nat(8),
  }),
  fc.record({ type: fc.constant("transcription" as const), text, userId: text }),
  fc.record({ type: fc.constant("message" as const), data: text }),
  fc.constant({ type: "interruption" as const }),
);

/** Any field that no frame has, in any wire type. */
const unknownField = fc.oneof(
  fc.constantFrom(
    "f8 07 96 01",
    "f8 07 ff ff ff ff ff ff ff ff ff 01",
    "f9 07 0102030405060708",
    "fd 07 01020304",
  ),
  fc.uint8Array({ maxLength: 100 }).map((b) => `fa 07 ${Buffer.from([b.length, ...b]).toString("hex")}`),
);

it("reads back what it writes", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }),
  );
});

it("skips fields that it does not know, around a frame and inside it", () => {
  fc.assert(
    fc.property(frames, unknownField, unknownField, (frame, before, after) => {
      const bytes = encodeFrame(frame);
      const around = Uint8Array.from(Buffer.concat([hex(before), bytes, hex(after)]));
      expect(decodeFrame(around)).toEqual(frame);
      const [tag, ...rest] = bytes;
      const head = rest.findIndex((byte) => byte < 0x80) + 1;
      const body = Buffer.concat([hex(before), Uint8Array.from(rest.slice(head)), hex(after)]);
      expect(decodeFrame(Uint8Array.from([tag, ...varint(body.length), ...body]))).toEqual(frame);
    }),
  );
});

it("takes any bytes at all without an error, and never reads past their end", () => {
  const near = fc
    .tuple(frames, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
    .map(([frame, changes, cut]) => {
      const bytes = encodeFrame(frame);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes.subarray(0, cut % (bytes.length + 1));
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), near), (bytes) => {
      // Inside a larger buffer, whose other bytes must not show.
      const larger = new Uint8Array(bytes.length + 64).fill(0xaa);
      larger.set(bytes, 32);
      const frame = decodeFrame(larger.subarray(32, 32 + bytes.length));
      expect(frame).toEqual(decodeFrame(Uint8Array.from(bytes)));
      if (typeof frame === "object" && frame.type === "audio") {
        expect(frame.audio.length).toBeLessThanOrEqual(bytes.length);
      }
    }),
    { numRuns: 2000 },
  );
});

it("cannot be cut short anywhere but at its end", () => {
  const whole = encodeFrame({ type: "audio", audio: new Uint8Array(300), sampleRate: 24000, channels: 1 });
  for (let length = 1; length < whole.length; length++) {
    expect(decodeFrame(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
  }
});

it.each([
  ["a length of 2^63", "12 ff ff ff ff ff ff ff ff ff 7f"],
  ["a length just too long", "12 02 00"],
  ["a varint of 11 bytes", "08 ff ff ff ff ff ff ff ff ff ff 01"],
  ["field 0", "02 00"],
  ["a field number of more than 29 bits", "80 80 80 80 10 00"],
  ["a group", "0b 0c"],
  ["wire type 6", "0e 00"],
  ["wire type 7", "0f 00"],
  ["8 bytes that are 7", "09 00 00 00 00 00 00 00"],
  ["a broken message inside", "22 02 0a 05"],
])("refuses %s", (_, bytes) => {
  expect(decodeFrame(hex(bytes))).toBeUndefined();
});

it.each([
  ["no bytes", ""],
  ["a frame of a later version", "32 02 08 01"],
  ["a known number in another wire type", "10 01"],
])("knows nothing of %s", (_, bytes) => {
  expect(decodeFrame(hex(bytes))).toBe("unknown");
});

it("takes the last of several frames in one, and the last of a repeated field", () => {
  expect(decodeFrame(hex("2a00 0a041a024869 2a00"))).toEqual({ type: "interruption" });
  expect(decodeFrame(hex("0a08 1a024869 1a02486f"))).toEqual({ type: "text", text: "Ho" });
});

it("gives up on more fields than any frame has", () => {
  const hostile = Buffer.alloc(1_000_000, Buffer.from([0x08, 0x01]));
  expect(decodeFrame(hostile)).toBeUndefined();
});

it("shows bad UTF-8 as such, and takes field numbers with bits to spare", () => {
  expect(decodeFrame(hex("0a 03 1a 01 ff"))).toEqual({ type: "text", text: "\ufffd" });
  expect(decodeFrame(hex("8a 80 00 03 1a 01 41"))).toEqual({ type: "text", text: "A" });
});

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.from([...bytes, rest]);
}
