import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Playout } from "../../src/call/playout.js";

const FRAME_BYTES = 160;

function push(playout: Playout, reply = 1, itemId?: string): boolean {
  return playout.push(new Uint8Array(FRAME_BYTES), true, reply, itemId);
}

/** Plays until `until`, looking every millisecond; gives each frame's send and heard time. */
function play(playout: Playout, from: number, until: number) {
  const sent: { at: number; heardAt: number }[] = [];
  for (let now = from; now <= until; now++) {
    for (let due = playout.release(now); due; due = playout.release(now))
      sent.push({ at: now, heardAt: due.heardAt });
  }
  return sent;
}

function filled(frames: number, leadMs = 60, maxQueuedMs = 1_000_000): Playout {
  const playout = new Playout({ leadMs, maxQueuedMs }, FRAME_BYTES);
  for (let i = 0; i < frames; i++) push(playout);
  return playout;
}

describe("pacing", () => {
  test("the first frame leaves at once, the rest at the pace in which they are heard", () => {
    const sent = play(filled(100), 1000, 4000);
    expect(sent[0]).toEqual({ at: 1000, heardAt: 1000 });
    sent.forEach((frame, i) => {
      expect(frame.heardAt).toBe(1000 + i * 20);
      if (i > 0) expect(frame.at - sent[i - 1].at).toBeGreaterThanOrEqual(18);
      if (i > 0) expect(frame.at - sent[i - 1].at).toBeLessThanOrEqual(20);
    });
  });

  test("sending runs ahead of hearing by the lead and no more", () => {
    const sent = play(filled(200), 0, 5000);
    const ahead = sent.map(({ at, heardAt }) => heardAt - at);
    expect(Math.max(...ahead)).toBe(60);
    expect(ahead.slice(40).every((ms) => ms === 60)).toBe(true);
  });

  test("ten minutes do not drift by a millisecond", () => {
    const playout = filled(30_000);
    const sent: number[] = [];
    while (playout.nextSendAt !== undefined) {
      const now = Math.ceil(Math.max(0, playout.nextSendAt));
      const due = playout.release(now);
      if (due) sent.push(due.heardAt);
    }
    expect(sent.at(-1)).toBe(29_999 * 20);
  });

  test("frames that come late but within the lead keep their places", () => {
    const playout = filled(50);
    play(playout, 0, 300);
    const sent = play(playout, 340, 340);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.every(({ heardAt }) => heardAt % 20 === 0)).toBe(true);
  });

  test("after a stall that emptied the caller's buffer it goes on from now, without a burst", () => {
    const playout = filled(100);
    play(playout, 0, 300);
    const sent = play(playout, 900, 960);
    expect(sent[0]).toEqual({ at: 900, heardAt: 900 });
    expect(sent.length).toBeLessThanOrEqual(4);
  });

  test("audio that comes in real time leaves as it comes", () => {
    const playout = new Playout({ leadMs: 60, maxQueuedMs: 30_000 }, FRAME_BYTES);
    for (let i = 0; i < 100; i++) {
      push(playout);
      expect(playout.release(i * 20)?.heardAt).toBe(i * 20);
    }
  });

  test.each([0, 20, 60, 200])(
    "with a lead of %i ms no frame is ever sent earlier than that before it is heard",
    (leadMs) => {
      const sent = play(filled(150, leadMs), 0, 4000);
      expect(sent).toHaveLength(150);
      for (const { at, heardAt } of sent) expect(heardAt - at).toBeLessThanOrEqual(leadMs);
    },
  );
});

describe("room", () => {
  test("refuses the newest, keeps the oldest", () => {
    const playout = new Playout({ leadMs: 60, maxQueuedMs: 100 }, FRAME_BYTES);
    expect(Array.from({ length: 7 }, () => push(playout))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(playout.queuedMs).toBe(100);
    expect(playout.freeMs).toBe(0);
  });
});

describe("interruption", () => {
  test("drops what waits and says what was heard", () => {
    const playout = filled(500);
    play(playout, 0, 2000);
    const result = playout.interrupt(2000);
    expect(result.heardMs).toBe(2000);
    expect(result.droppedMs).toBeGreaterThanOrEqual(10_000 - 2000 - 80);
    expect(play(playout, 2001, 12_000)).toEqual([]);
  });

  test("a reply that nobody has heard yet counts zero, whatever was heard before", () => {
    const playout = filled(10);
    play(playout, 0, 1000);
    push(playout, 2, "next");
    expect(playout.interrupt(1000)).toMatchObject({ heardMs: 0, itemId: "next", droppedMs: 20 });
  });

  test("heard never exceeds what was sent, at any time and any lead", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 8000 }),
        (n, lead, at) => {
          const playout = filled(n, lead);
          play(playout, 0, at);
          const { heardMs, droppedMs } = playout.interrupt(at);
          expect(heardMs).toBeLessThanOrEqual(n * 20 - droppedMs);
          expect(heardMs).toBe(Math.min(at, n * 20 - droppedMs));
          expect(n * 20 - droppedMs - heardMs).toBeLessThanOrEqual(lead + 20);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("audio that passes by is timed as the caller hears it", () => {
  const playout = new Playout({ leadMs: 60, maxQueuedMs: 1000 }, FRAME_BYTES);
  expect(playout.passed(100, 20, 0)).toBe(100);
  expect(playout.passed(121, 20, 0)).toBe(120);
  expect(playout.passed(130, 400, 0)).toBe(140);
  expect(playout.passed(900, 20, 0)).toBe(900);
  expect(playout.heardAllAt).toBe(920);
});

describe("how late a frame leaves", () => {
  test("is told of those that were ready, from when they were due", () => {
    const playout = filled(4, 0);
    expect(playout.release(0)?.lateMs).toBeUndefined();
    expect(playout.release(20)?.lateMs).toBe(0);
    expect(playout.release(47)?.lateMs).toBe(7);
    expect(playout.release(560)?.lateMs).toBe(500);
  });

  test("is not told of those that the agent brought late, nor after an interruption", () => {
    const playout = filled(1, 0);
    playout.release(0);
    push(playout);
    expect(playout.release(45)?.lateMs).toBeUndefined();
    push(playout);
    push(playout);
    playout.release(1000);
    playout.interrupt(1010);
    push(playout);
    expect(playout.release(1050)?.lateMs).toBeUndefined();
  });
});
