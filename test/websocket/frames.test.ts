/** Frames as bytes: read and written like the RFC's examples and the `ws` library's. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, FrameReader, type Message, OPCODE } from "../../src/websocket/frames.js";
import { frame } from "../hostile/frames.js";
import { Receiver, Sender } from "./peer.js";

const { continuation, text, binary, close, ping, pong } = OPCODE;
const MAX = 1_000_000;
const hex = (bytes: string) => Buffer.from(bytes.replaceAll(" ", ""), "hex");
const bytesOf = (data: string | Uint8Array) => Buffer.from(data as Uint8Array);

function reader(isMasked: boolean): FrameReader {
  return new FrameReader({ isMasked, maxMessageBytes: MAX });
}

function readNow(from: FrameReader): Message[] {
  const messages: Message[] = [];
  for (let message = from.next(); message; message = from.next()) messages.push(message);
  return messages;
}

function read(bytes: Buffer, isMasked: boolean): Message[] {
  const from = reader(isMasked);
  from.push(bytes);
  return readNow(from);
}

/** Pushes copies of pieces of these sizes, one after the other, and reads whenever there is something or only at last. */
function readInPieces(
  bytes: Buffer,
  sizes: readonly number[],
  isMasked: boolean,
  atOnce: boolean,
): Message[] {
  const from = reader(isMasked);
  const messages: Message[] = [];
  for (let at = 0, k = 0; at < bytes.length; at += sizes[k++ % sizes.length]) {
    from.push(Buffer.from(bytes.subarray(at, at + sizes[k % sizes.length])));
    if (atOnce) messages.push(...readNow(from));
  }
  messages.push(...readNow(from));
  return messages;
}

interface Sent {
  readonly opcode: number;
  readonly data: string | Uint8Array;
}

/** Where the head of a frame changes its length. */
const length = fc.constantFrom(0, 1, 124, 125, 126, 127, 65_535, 65_536, 65_537);
const someText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  length.map((count) => "x".repeat(count)),
  length.map((count) => "é".repeat(count >> 1)),
);
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  length.map((count) => Uint8Array.from({ length: count }, (_, k) => k)),
);
const control: fc.Arbitrary<Sent> = fc.record({
  opcode: fc.constantFrom(ping, pong),
  data: fc.uint8Array({ maxLength: 125 }),
});
const message: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({ opcode: fc.constant(text), data: someText }),
  fc.record({ opcode: fc.constant(binary), data: someBytes }),
);
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70_000 })), {
  minLength: 1,
  maxLength: 8,
});

/** Compared as hex: a difference in 64 KB of bytes takes long to print. */
function plain(messages: readonly Sent[]) {
  return messages.map(({ opcode, data }) => ({ opcode, hex: bytesOf(data).toString("hex") }));
}
function got(messages: readonly Message[]) {
  return plain(messages.map(({ opcode, payload }) => ({ opcode, data: payload })));
}

function theirFrame({ opcode, data }: Sent, isMasked: boolean, isFinal = true): Buffer {
  return Buffer.concat(Sender.frame(bytesOf(data), { opcode, fin: isFinal, mask: isMasked, readOnly: true }));
}

it("whatever is written is read back, by us and by others, in whatever pieces it comes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(message, control), { maxLength: 8 }),
      sizes,
      fc.boolean(),
      fc.boolean(),
      (sent, sizes, isMasked, atOnce) => {
        const bytes = Buffer.concat(sent.map(({ opcode, data }) => encodeFrame(opcode, data, isMasked)));
        expect(got(readInPieces(bytes, sizes, isMasked, atOnce))).toEqual(plain(sent));
        const others: Sent[] = [];
        const receiver = new Receiver({ isServer: isMasked });
        receiver.on("message", (data: Buffer, isBinary: boolean) =>
          others.push({ opcode: isBinary ? binary : text, data }),
        );
        receiver.on("ping", (data: Buffer) => others.push({ opcode: ping, data }));
        receiver.on("pong", (data: Buffer) => others.push({ opcode: pong, data }));
        receiver.write(bytes);
        expect(plain(others)).toEqual(plain(sent));
      },
    ),
  );
});

it("what others write is read: messages in parts, with control frames between them, in whatever pieces", () => {
  const part = fc.record({ share: fc.nat(100), between: fc.array(control, { maxLength: 2 }) });
  const inParts = fc.record({ whole: message, parts: fc.array(part, { maxLength: 4 }) });
  fc.assert(
    fc.property(
      fc.array(inParts, { maxLength: 5 }),
      sizes,
      fc.boolean(),
      fc.boolean(),
      (all, sizes, isMasked, atOnce) => {
        const frames: Buffer[] = [];
        const sent: Sent[] = [];
        for (const { whole, parts } of all) {
          const data = bytesOf(whole.data);
          let opcode = whole.opcode;
          let at = 0;
          for (const { share, between } of parts) {
            const to = at + Math.floor(((data.length - at) * share) / 100);
            frames.push(theirFrame({ opcode, data: data.subarray(at, to) }, isMasked, false));
            frames.push(...between.map((one) => theirFrame(one, isMasked)));
            sent.push(...between);
            opcode = continuation;
            at = to;
          }
          frames.push(theirFrame({ opcode, data: data.subarray(at) }, isMasked));
          sent.push(whole);
        }
        const messages = readInPieces(Buffer.concat(frames), sizes, isMasked, atOnce);
        expect(got(messages)).toEqual(plain(sent));
      },
    ),
  );
});

const HELLO = Buffer.from("Hello");
const MANY = Buffer.alloc(256, 7);
const MORE = Buffer.alloc(65_536, 7);

describe("the examples of RFC 6455 section 5.7", () => {
  it.each([
    ["a text", "81 05 48 65 6c 6c 6f", false, text, HELLO],
    ["a masked text", "81 85 37 fa 21 3d 7f 9f 4d 51 58", true, text, HELLO],
    ["a text in two parts", "01 03 48 65 6c 80 02 6c 6f", false, text, HELLO],
    ["a ping", "89 05 48 65 6c 6c 6f", false, ping, HELLO],
    ["a masked pong", "8a 85 37 fa 21 3d 7f 9f 4d 51 58", true, pong, HELLO],
    ["256 bytes", `82 7e 01 00 ${MANY.toString("hex")}`, false, binary, MANY],
    ["64 KB", `82 7f 00 00 00 00 00 01 00 00 ${MORE.toString("hex")}`, false, binary, MORE],
  ])("%s", (_, bytes, isMasked, opcode, payload) => {
    expect(read(hex(bytes), isMasked)).toEqual([{ opcode, payload }]);
  });

  it("those that are not masked and whole are written so", () => {
    expect(encodeFrame(text, "Hello", false)).toEqual(hex("81 05 48 65 6c 6c 6f"));
    expect(encodeFrame(ping, HELLO, false)).toEqual(hex("89 05 48 65 6c 6c 6f"));
    expect(encodeFrame(binary, MANY, false)).toEqual(Buffer.concat([hex("82 7e 01 00"), MANY]));
    expect(encodeFrame(binary, MORE, false)).toEqual(
      Buffer.concat([hex("82 7f 00 00 00 00 00 01 00 00"), MORE]),
    );
  });
});

it("text is written as UTF-8, whether given as a string or as bytes", () => {
  for (const one of ["", "plain", "é", "€uro", "👋🏽", "x".repeat(200), "ü".repeat(200)])
    expect(encodeFrame(text, one, false)).toEqual(encodeFrame(text, Buffer.from(one), false));
});

it("masks differ from frame to frame, and what is given to be sent stays as it is", () => {
  const data = Buffer.from("unchanged");
  const masks = new Set<string>();
  // More than are drawn at once.
  for (let k = 0; k < 3000; k++) {
    const bytes = encodeFrame(binary, data, true);
    masks.add(bytes.toString("hex", 2, 6));
    expect(bytes.subarray(6).map((byte, k) => byte ^ bytes[2 + (k % 4)])).toEqual(data);
  }
  expect(data.toString()).toBe("unchanged");
  // Two of 3000 are the same once in a thousand times.
  expect(masks.size).toBeGreaterThan(2990);
});

it("a frame that is not whole is none yet; nothing is lost of what follows it", () => {
  const bytes = Buffer.concat([frame(text, "one"), frame(close, ""), frame(text, "two")]);
  const from = reader(true);
  from.push(bytes.subarray(0, 8));
  expect(from.next()).toBeUndefined();
  from.push(bytes.subarray(8, 10));
  expect(from.next()).toEqual({ opcode: text, payload: Buffer.from("one") });
  expect(from.next()).toBeUndefined();
  from.push(bytes.subarray(10));
  expect(got(readNow(from))).toEqual(
    plain([
      { opcode: close, data: "" },
      { opcode: text, data: "two" },
    ]),
  );
});

it("lengths written longer than need be are read", () => {
  expect(read(hex("82 7e 00 01 07"), false)).toEqual([{ opcode: binary, payload: Buffer.from([7]) }]);
  expect(read(hex("82 7f 00 00 00 00 00 00 00 01 07"), false)).toEqual([
    { opcode: binary, payload: Buffer.from([7]) },
  ]);
});

it("a megabyte is read a byte at a time, in one frame or in a thousand", () => {
  const payload = Buffer.alloc(MAX, 0x61);
  const whole = frame(text, payload, { masked: false });
  const [message] = readInPieces(whole, [1], false, true);
  expect(message.payload.equals(payload)).toBe(true);
  const from = reader(false);
  from.push(frame(text, "", { more: true, masked: false }));
  let early = 0;
  for (let k = 2; k < 1000; k++) {
    const part = frame(continuation, payload.subarray(0, 1000), { more: true, masked: false });
    for (const byte of part) {
      from.push(Buffer.from([byte]));
      if (from.next()) early++;
    }
  }
  expect(early).toBe(0);
  from.push(hex("80 00"));
  expect(from.next()?.payload.equals(payload.subarray(0, 998_000))).toBe(true);
});
