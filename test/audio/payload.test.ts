import fc from "fast-check";
import { expect, it } from "vitest";
import { Payload } from "../../src/audio/payload.js";

it("spells the same bytes either way round", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const base64 = Payload.fromBytes(bytes).base64;
      expect(base64).toBe(Buffer.from(bytes).toString("base64"));
      expect(new Uint8Array(Payload.fromBase64(base64).bytes)).toEqual(bytes);
    }),
  );
});

it("keeps the base64 text it was given, so that audio passed through is the same text", () => {
  const unpadded = "/////w";
  const payload = Payload.fromBase64(unpadded);
  expect(payload.bytes).toEqual(Buffer.alloc(4, 0xff));
  expect(payload.base64).toBe(unpadded);
});

it("decodes once and shares the bytes", () => {
  const payload = Payload.fromBase64("AAAA");
  expect(payload.bytes).toBe(payload.bytes);
});

it("takes a view, at any offset, without copying", () => {
  const memory = Uint8Array.of(1, 2, 3, 4, 5);
  const payload = Payload.fromBytes(memory.subarray(1, 4));
  expect([...payload.bytes]).toEqual([2, 3, 4]);
  expect(payload.bytes.buffer).toBe(memory.buffer);
});
