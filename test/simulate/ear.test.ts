/** When a caller hears what arrives. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { Ear, MAX_QUEUED_MS } from "../../src/simulate/ear.js";

function ear(encoding: "g711_ulaw" | "pcm16"): Ear {
  return new Ear(createPayloadCodec(PORTAL_FORMATS[encoding], { agentRate: 8000 }));
}

const frame = (ms: number) => Payload.fromBytes(new Uint8Array(ms * 8).fill(0xff));

test("a stream in real time without lead plays without gaps, however its frames jitter within 60 ms", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 100 }), (delays) => {
      const line = ear("g711_ulaw");
      line.hear(frame(20), 0);
      let arrived = 0;
      delays.forEach((delay, k) => {
        const due = 20 * (k + 1);
        arrived = Math.max(arrived, due + delay);
        expect(line.hear(frame(20), arrived).heardAt).toBe(due);
      });
    }),
  );
});

test.each([
  ["g711_ulaw", 8, 0xff],
  ["pcm16", 48, 0],
] as const)(
  "%s: a line that opens too late loses so much and no more, and loses no time",
  (encoding, perMs, silent) => {
    const line = new Ear(createPayloadCodec(PORTAL_FORMATS[encoding], { agentRate: 8000 }), 50);
    const loud = () => Payload.fromBytes(new Uint8Array(30 * perMs).fill(0x22));
    const heard = [line.hear(loud(), 5), line.hear(loud(), 35), line.hear(loud(), 65)];
    const all = Buffer.concat(heard.flatMap(({ frames }) => frames.map(({ plain }) => plain)));
    expect(all.subarray(0, 50 * perMs).equals(Buffer.alloc(50 * perMs, silent))).toBe(true);
    expect(all.subarray(50 * perMs).equals(Buffer.alloc(40 * perMs, 0x22))).toBe(true);
    expect(heard.map(({ heardAt }) => heardAt)).toEqual([5, 35, 65]);
  },
);

test("a real gap stays one", () => {
  const line = ear("g711_ulaw");
  line.hear(frame(20), 0);
  expect(line.hear(frame(20), 81).heardAt).toBe(81);
});

test("a long payload is heard frame by frame, and its last piece may be short", () => {
  const { frames } = ear("g711_ulaw").hear(frame(50), 7);
  expect(frames.map(({ heardAt, ms }) => [heardAt, ms])).toEqual([
    [7, 20],
    [27, 20],
    [47, 10],
  ]);
});

test("the pieces of pcm16 payloads of any length are the bytes that came", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 20 });
  fc.assert(
    fc.property(pieces, (chunks) => {
      const line = ear("pcm16");
      const heard = chunks.flatMap((chunk) => line.hear(Payload.fromBytes(chunk), 0).frames);
      const all = Buffer.concat(chunks);
      const whole = all.subarray(0, all.length & ~1);
      expect(Buffer.concat(heard.map(({ plain }) => plain)).equals(whole)).toBe(true);
    }),
  );
});

test("no more than a minute waits", () => {
  const line = ear("g711_ulaw");
  expect(line.empty).toBe(true);
  const { frames, refusedMs } = line.hear(frame(MAX_QUEUED_MS + 1000), 0);
  expect(line.empty).toBe(false);
  expect(refusedMs).toBe(1000);
  expect(frames.at(-1)?.heardAt).toBe(MAX_QUEUED_MS - 20);
  expect(line.hear(frame(20), 0)).toMatchObject({ frames: [], refusedMs: 20 });
  expect(line.hear(frame(20), 20)).toMatchObject({ heardAt: MAX_QUEUED_MS, refusedMs: 0 });
});
