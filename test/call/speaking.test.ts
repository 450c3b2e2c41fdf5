import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { AgentAudio } from "../../src/call/agent-audio.js";
import { Playout } from "../../src/call/playout.js";
import { Speaking } from "../../src/call/speaking.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;

function speaking(speaks = pcm16(24000), maxQueuedMs = 30_000) {
  const playout = new Playout({ leadMs: 60, maxQueuedMs }, 160);
  return { playout, said: new Speaking(new AgentAudio(speaks, ULAW), playout) };
}

/** Plays all that is said, as a call does; gives the bytes and when the last frame left. */
function playAll(playout: Playout, said: Speaking, from = 0) {
  const sent: Uint8Array[] = [];
  const marks: [string, number][] = [];
  let now = from;
  for (; now < 60_000 && (said.queuedMs > 0 || playout.nextMarkAt < Number.POSITIVE_INFINITY); now++) {
    for (;;) {
      const due = playout.release(now);
      if (!due && said.refill()) continue;
      if (!due) break;
      sent.push(Buffer.from(due.frame.bytes));
    }
    for (const name of playout.marksHeard(now)) marks.push([name, now]);
  }
  return { bytes: Buffer.concat(sent), marks };
}

test("a flood is converted only shortly before it is due", () => {
  const { playout, said } = speaking();
  expect(said.say(Payload.fromBytes(new Uint8Array(48 * 20_000)), undefined, 1)).toBe(0);
  expect(playout.queuedMs).toBeLessThanOrEqual(500);
  expect(said.queuedMs).toBe(20_000);
});

test("short chunks become frames at once, with their marks, and are refused when there is no room", () => {
  const { playout, said } = speaking(pcm16(24000), 1000);
  for (let i = 0; i < 12; i++) {
    said.mark(`before ${i}`);
    const refusedMs = said.say(Payload.fromBytes(new Uint8Array(48 * 100)), `item ${i}`, 1);
    expect(refusedMs).toBe(i < 10 ? 0 : 100);
    expect(playout.queuedMs).toBe(said.queuedMs);
  }
  expect(playout.queuedMs).toBe(1000);
  const cut = said.interrupt(0);
  expect(cut.unheard).toHaveLength(9);
  expect(cut.marks).toHaveLength(12);
});

test("short chunks do not overtake a long one", () => {
  const { playout, said } = speaking();
  said.say(Payload.fromBytes(new Uint8Array(48 * 1000)), "long", 1);
  said.say(Payload.fromBytes(new Uint8Array(48 * 20)), "short", 1);
  expect(playout.queuedMs).toBeLessThan(1000);
  expect(said.queuedMs).toBe(1020);
  playout.release(0);
  expect(said.interrupt(5)).toMatchObject({ itemId: "long", unheard: ["short"] });
});

test("whatever the chunks and however they wait, the same samples come out in the same order", () => {
  const bytes = Uint8Array.from({ length: 48 * 1500 + 7 }, (_, i) => (i * 73 + (i >> 7)) & 0xff);
  const once = new AgentAudio(pcm16(24000), ULAW);
  const expected = Buffer.concat(
    [...once.push(Payload.fromBytes(bytes)), ...once.flush()].map((frame) => frame.bytes),
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      const { playout, said } = speaking();
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length];
        said.say(Payload.fromBytes(bytes.subarray(at, at + size)), undefined, 1);
        at += size;
      }
      said.end(1);
      expect(playAll(playout, said).bytes.equals(expected)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test("marks keep their places among what waits", () => {
  const { playout, said } = speaking();
  for (const name of ["a", "b", "c"]) {
    said.say(Payload.fromBytes(new Uint8Array(48 * 1000)), undefined, 1);
    said.mark(name);
  }
  expect(playAll(playout, said).marks).toEqual([
    ["a", 1000],
    ["b", 2000],
    ["c", 3000],
  ]);
});

describe("room", () => {
  test("counts what waits unconverted, and refuses the newest", () => {
    const { said } = speaking(pcm16(24000), 1000);
    expect(said.say(Payload.fromBytes(new Uint8Array(48 * 700)), undefined, 1)).toBe(0);
    expect(said.say(Payload.fromBytes(new Uint8Array(48 * 700)), undefined, 1)).toBe(400);
    expect(said.freeMs).toBe(0);
    expect(said.queuedMs).toBe(1000);
  });
});

test("an interruption drops what waits in every room, and names items and marks of all of it", () => {
  const { playout, said } = speaking();
  for (const item of ["a", "b", "c"]) {
    said.say(Payload.fromBytes(new Uint8Array(48 * 2000)), item, 1);
    said.mark(`after ${item}`);
  }
  playout.release(0);
  const cut = said.interrupt(10);
  expect(cut).toMatchObject({
    itemId: "a",
    heardMs: 10,
    unheard: ["b", "c"],
    marks: ["after a", "after b", "after c"],
  });
  expect(Math.round(cut.droppedMs)).toBe(6000 - 20);
  expect(said.queuedMs).toBe(0);
});

test("a part of a frame dangles until it is told that nothing follows", () => {
  const { said, playout } = speaking(ULAW);
  said.say(Payload.fromBytes(new Uint8Array(80)), undefined, 1);
  expect(said.isDangling).toBe(true);
  said.end(1);
  expect(said.isDangling).toBe(false);
  expect(playout.queuedMs).toBe(20);
});
