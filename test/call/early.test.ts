import { expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { EarlyAudio, EarlyEvents } from "../../src/call/early.js";

const bytes = (length: number) => Payload.fromBytes(new Uint8Array(length));

test("keeps the last second and counts what it dropped", () => {
  const early = new EarlyAudio();
  for (let i = 0; i < 75; i++) early.push(bytes(160), i * 20, PORTAL_FORMATS.g711_ulaw);
  expect(early.take().map(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_, i) => 500 + i * 20));
  expect(early.droppedMs).toBe(500);
});

test("an Opus stream keeps its beginning, in bounds", () => {
  const early = new EarlyAudio();
  for (let i = 0; i < 5000; i++) early.push(bytes(60), i * 20, PORTAL_FORMATS.opus);
  const chunks = early.take();
  expect(chunks[0].at).toBe(0);
  expect(chunks).toHaveLength(2000);
});

test("an agent that floods before it is ready is held to a bound; its other events are kept", () => {
  const early = new EarlyEvents();
  for (let i = 0; i < 100; i++) early.push({ type: "audio", payload: bytes(100_000) });
  early.push({ type: "turn-ended" });
  const events = early.take();
  expect(events.length).toBeLessThan(50);
  expect(events.at(-1)).toEqual({ type: "turn-ended" });
  expect(early.take()).toEqual([]);
});
