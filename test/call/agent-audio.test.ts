import fc from "fast-check";
import { expect, test } from "vitest";
import { PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { AgentAudio } from "../../src/call/agent-audio.js";

const bytesOf = (frames: readonly { bytes: Uint8Array }[]) => Buffer.concat(frames.map(({ bytes }) => bytes));

test("any chunking of the same bytes gives the same frames, odd cuts included", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 });
  const speaks = fc.constantFrom(pcm16(24000), pcm16(16000), pcm16(8000), PORTAL_FORMATS.g711_ulaw);
  const plain = fc.constantFrom(PORTAL_FORMATS.g711_ulaw, pcm16(24000));
  fc.assert(
    fc.property(speaks, plain, cuts, (from, to, sizes) => {
      const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 37 + (i >> 5)) & 0xff);
      const whole = new AgentAudio(from, to);
      const expected = bytesOf([...whole.push(Payload.fromBytes(bytes)), ...whole.flush()]);
      const ragged = new AgentAudio(from, to);
      const frames = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length];
        frames.push(...ragged.push(Payload.fromBytes(bytes.subarray(at, at + size))));
        at += size;
      }
      frames.push(...ragged.flush());
      expect(bytesOf(frames).equals(expected)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("an odd byte left over from one chunk comes before the next, also when that one is a whole frame", () => {
  const audio = new AgentAudio(pcm16(24000), pcm16(24000));
  const bytes = Uint8Array.from({ length: 961 + 960 + 959 }, (_, i) => i & 0xff);
  const cuts = [bytes.subarray(0, 961), bytes.subarray(961, 1921), bytes.subarray(1921)];
  const frames = cuts.flatMap((cut) => audio.push(Payload.fromBytes(cut)));
  expect(bytesOf(frames).equals(bytes)).toBe(true);
});

test("what is under way is forgotten after clear, filter state included", () => {
  const audio = new AgentAudio(pcm16(24000), PORTAL_FORMATS.g711_ulaw);
  audio.push(Payload.fromBytes(new Uint8Array(1000).fill(0x55)));
  expect(audio.clear()).toBeGreaterThan(0);
  expect(audio.pending).toBe(false);
  expect(bytesOf(audio.push(Payload.fromBytes(new Uint8Array(960)))).every((byte) => byte === 0xff)).toBe(
    true,
  );
});

test("the head of a chunk is cut by time", () => {
  const audio = new AgentAudio(pcm16(16000), PORTAL_FORMATS.g711_ulaw);
  const chunk = Payload.fromBytes(new Uint8Array(3200));
  expect(audio.durationMs(chunk)).toBe(100);
  expect(audio.durationMs(audio.head(chunk, 30))).toBe(30);
});
