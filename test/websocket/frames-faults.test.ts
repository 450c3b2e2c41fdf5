/** What is no WebSocket, or too much of one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameError, FrameReader, OPCODE } from "../../src/websocket/frames.js";
import { type FrameOptions, frame } from "../hostile/frames.js";

const { continuation, text, binary, close, ping } = OPCODE;
const MAX = 1000;

/** Reads until there is nothing more. @returns the close code of what was wrong. */
function fault(bytes: Buffer, isMasked = true): number | undefined {
  const reader = new FrameReader({ isMasked, maxMessageBytes: MAX });
  reader.push(bytes);
  try {
    while (reader.next());
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    expect((error as FrameError).message).not.toBe("");
    return (error as FrameError).closeCode;
  }
}

const part = (opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}) =>
  frame(opcode, payload, { more: true, ...options });
const NOT_UTF8 = Buffer.from([0x68, 0xff]);
const EURO = Buffer.from("€");

describe("a protocol fault", () => {
  it.each<[string, Buffer]>([
    ...[1, 2, 4, 7].map((reserved): [string, Buffer] => [
      `the reserved bits ${reserved}`,
      frame(text, "x", { reserved }),
    ]),
    [
      "a reserved bit of a continuation",
      Buffer.concat([part(text), frame(continuation, "", { reserved: 4 })]),
    ],
    ["a reserved bit of a ping", frame(ping, "", { reserved: 4 })],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer] => [
      `the opcode ${opcode}`,
      frame(opcode),
    ]),
    ["a client's frame without a mask", frame(text, "x", { masked: false })],
    ["a client's empty frame without a mask", frame(text, "", { masked: false })],
    ["a ping in parts", part(ping)],
    ["a close in parts", part(close)],
    ["a ping of 126 bytes", frame(ping, Buffer.alloc(126))],
    ["a close of 126 bytes", frame(close, Buffer.alloc(126))],
    ["a ping of 64 KB", frame(ping, "", { claims: 65_536n })],
    ["a ping that claims 2^63 bytes", frame(ping, "", { claims: 2n ** 63n })],
    ["a continuation of nothing", frame(continuation, "x")],
    ["a first part of nothing", part(continuation, "x")],
    ["a continuation after a whole message", Buffer.concat([frame(text, "x"), frame(continuation, "x")])],
    [
      "a continuation after the last one",
      Buffer.concat([part(text, "x"), frame(continuation, "x"), frame(continuation, "x")]),
    ],
    ["a new message amid the parts of one", Buffer.concat([part(text, "x"), frame(text, "x")])],
    ["a new message in parts amid the parts of one", Buffer.concat([part(binary, "x"), part(text, "x")])],
    ["a new message after an empty part", Buffer.concat([part(text), frame(binary)])],
    ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ])("is %s", (_, bytes) => {
    expect(fault(bytes)).toBe(1002);
  });

  it("is a server's frame with a mask", () => {
    expect(fault(frame(text, "x"), false)).toBe(1002);
    expect(fault(frame(text, ""), false)).toBe(1002);
  });

  it("is told from the first two bytes, whatever else is to come", () => {
    expect(fault(frame(text, "", { reserved: 4, claims: 900n }).subarray(0, 2))).toBe(1002);
    expect(fault(frame(3, "", { claims: 900n }).subarray(0, 2))).toBe(1002);
    expect(fault(Buffer.from([0x89, 0xfe]))).toBe(1002);
    expect(fault(Buffer.from([0xf0]))).toBeUndefined();
  });
});

describe("text that is not UTF-8", () => {
  it.each([
    ["in one frame", frame(text, NOT_UTF8)],
    ["in the last of its parts", Buffer.concat([part(text, "h"), frame(continuation, NOT_UTF8)])],
    ["cut within a letter", frame(text, EURO.subarray(0, 2))],
    ["a surrogate", frame(text, Buffer.from([0xed, 0xa0, 0x80]))],
    ["longer than need be", frame(text, Buffer.from([0xc0, 0xaf]))],
  ])("is a fault: %s", (_, bytes) => {
    expect(fault(bytes)).toBe(1007);
  });

  it("is none when only its parts are not, or when it is binary", () => {
    expect(
      fault(Buffer.concat([part(text, EURO.subarray(0, 1)), frame(continuation, EURO.subarray(1))])),
    ).toBeUndefined();
    expect(fault(frame(binary, NOT_UTF8))).toBeUndefined();
    expect(fault(Buffer.concat([part(binary, NOT_UTF8), frame(continuation, "x")]))).toBeUndefined();
    expect(fault(frame(ping, NOT_UTF8))).toBeUndefined();
  });
});

describe("a message that is too long", () => {
  it.each([
    ["in one frame", frame(text, "x".repeat(MAX + 1))],
    ["before any of it has come", frame(binary, "", { claims: BigInt(MAX + 1) })],
    ["of a length beyond 2^32", frame(binary, "", { claims: 2n ** 32n })],
    ["of a length beyond what numbers hold", frame(binary, "", { claims: 2n ** 53n + 1n })],
    ["of 2^63 bytes", frame(binary, "", { claims: 2n ** 63n })],
    ["of 2^64 - 1 bytes", frame(binary, "", { claims: 2n ** 64n - 1n })],
    ["in two parts", Buffer.concat([part(text, "x".repeat(MAX)), frame(continuation, "x")])],
    [
      "in parts, the last of which has not come yet",
      Buffer.concat([part(text, "x".repeat(MAX)), part(continuation, "", { claims: 2n ** 63n })]),
    ],
  ])("is a fault: %s", (_, bytes) => {
    expect(fault(bytes)).toBe(1009);
  });

  it("is one byte longer than what is taken, with as many others as there are", () => {
    const most = frame(text, "x".repeat(MAX));
    const parts = [part(text, "x".repeat(MAX - 1)), frame(ping, "x".repeat(125)), frame(continuation, "x")];
    expect(fault(Buffer.concat([most, most, ...parts, ...parts, most]))).toBeUndefined();
  });
});

it("a length that is only claimed takes no memory", () => {
  const reader = new FrameReader({ isMasked: true, maxMessageBytes: 2 ** 40 });
  const before = process.memoryUsage().arrayBuffers;
  const head = frame(binary, "", { claims: 2n ** 40n });
  for (const byte of head) {
    reader.push(Buffer.from([byte]));
    expect(reader.next()).toBeUndefined();
  }
  for (let k = 0; k < 100; k++) {
    reader.push(Buffer.alloc(1000));
    expect(reader.next()).toBeUndefined();
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000_000);
});

it("whatever comes is a message, a fault or not whole yet, and no byte is a message twice", () => {
  const byte = fc.nat(255);
  const likely = fc.constantFrom(0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a);
  const nearly = fc
    .array(fc.tuple(likely, fc.nat(8), fc.boolean(), fc.uint8Array({ maxLength: 12 })), { maxLength: 20 })
    .map((frames) =>
      frames.flatMap(([head, length, mask, rest]) => [head, length | (mask ? 128 : 0), ...rest]),
    );
  const bytes = fc.oneof(fc.array(byte, { maxLength: 300 }), nearly);
  fc.assert(
    fc.property(bytes, fc.boolean(), fc.integer({ min: 1, max: 40 }), (bytes, isMasked, size) => {
      const reader = new FrameReader({ isMasked, maxMessageBytes: MAX });
      let left = bytes.length;
      try {
        for (let at = 0; at < bytes.length; at += size) {
          reader.push(Buffer.from(bytes.slice(at, at + size)));
          for (let message = reader.next(); message; message = reader.next()) {
            left -= message.payload.length + 2;
            expect(left).toBeGreaterThanOrEqual(0);
          }
        }
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        expect([1002, 1007, 1009]).toContain(error.closeCode);
      }
    }),
    { numRuns: 2000 },
  );
});

it("a message has at most a thousand parts, empty ones and those between control frames too", () => {
  const parts = (count: number) => [part(text), ...new Array(count - 1).fill(part(continuation))];
  expect(fault(Buffer.concat([...parts(999), frame(continuation), ...parts(999), frame(continuation)]))).toBe(
    undefined,
  );
  expect(fault(Buffer.concat([...parts(1000), frame(continuation)]))).toBe(1009);
  expect(fault(Buffer.concat(parts(1001).flatMap((one) => [one, frame(ping)])))).toBe(1009);
});

it("takes texts of another length than bytes where asked to, in one part or several", () => {
  const read = (...frames: Uint8Array[]) => {
    const reader = new FrameReader({ isMasked: false, maxMessageBytes: 100, maxTextBytes: 10 });
    for (const bytes of frames) reader.push(Buffer.from(bytes));
    return reader.next()?.payload.length;
  };
  const far = (opcode: number, payload: string, options = {}) =>
    frame(opcode, payload, { ...options, masked: false });
  expect(read(far(2, "x".repeat(100)))).toBe(100);
  expect(read(far(1, "x".repeat(10)))).toBe(10);
  expect(() => read(far(1, "x".repeat(11)))).toThrow("a text of more than 10 bytes");
  expect(() => read(far(1, "x".repeat(6), { more: true }), far(0, "x".repeat(5)))).toThrow(
    "a text of more than 10 bytes",
  );
  expect(read(far(2, "x".repeat(6), { more: true }), far(0, "x".repeat(5)))).toBe(11);
});
