import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { frameBytes, PORTAL_FORMATS, pcm16, SAMPLE_RATES, type SampleRate } from "../../src/audio/format.js";
import { loadOpus, type OpusModule } from "../../src/audio/opus.js";
import { OPUS_FRAMINGS, OpusUnframer } from "../../src/audio/opus-framing.js";
import { Payload } from "../../src/audio/payload.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { cut } from "./chunks.js";
import { voice } from "./voice.js";

let opus: OpusModule;
beforeAll(async () => {
  opus = await loadOpus();
});

function frames(rate: SampleRate, ms: number): Uint8Array[] {
  const samples = voice(rate, ms);
  return cut(new Uint8Array(samples.buffer), [frameBytes(pcm16(rate))]);
}

describe("μ-law and PCM", () => {
  for (const format of [PORTAL_FORMATS.g711_ulaw, PORTAL_FORMATS.pcm16]) {
    test(`${format.encoding} passes through unchanged`, () => {
      const codec = createPayloadCodec(format, { agentRate: 24000 });
      const payload = Payload.fromBase64("AAECAwQ=");
      expect(codec.plain).toEqual(format);
      expect(codec.framingKnown).toBe(true);
      expect(codec.decode(payload)).toBe(payload.bytes);
      expect(codec.seal(payload)).toBe(payload);
      expect(codec.encode(Uint8Array.of(0, 1, 2, 3, 4)).base64).toBe("AAECAwQ=");
      codec.free();
    });
  }
});

describe("Opus", () => {
  const create = (agentRate: SampleRate, opusFraming?: (typeof OPUS_FRAMINGS)[number]) =>
    createPayloadCodec(PORTAL_FORMATS.opus, { agentRate, opus, opusFraming });

  test("needs the Opus module", () => {
    expect(() => createPayloadCodec(PORTAL_FORMATS.opus, { agentRate: 24000 })).toThrow(RangeError);
  });

  for (const framing of OPUS_FRAMINGS) {
    test(`${framing}: 500 frames in, 500 frames out, none lost or doubled, the answer in kind`, () => {
      const caller = create(48000, framing);
      const bridge = create(24000);
      const heard: Uint8Array[] = [];
      const answers: Payload[] = [];
      expect(bridge.framingKnown).toBe(false);
      for (const frame of frames(48000, 10_000)) {
        const plain = bridge.decode(caller.seal(caller.encode(frame)));
        expect(plain).toHaveLength(960);
        expect(bridge.framingKnown).toBe(true);
        answers.push(bridge.seal(bridge.encode(plain)));
      }
      for (const answer of answers) heard.push(caller.decode(answer));
      expect(Buffer.concat(heard)).toHaveLength(500 * 1920);
      const unframer = new OpusUnframer();
      expect(answers.flatMap((answer) => unframer.push(answer.bytes))).toHaveLength(500);
      expect(unframer.framing).toBe(framing);
      caller.free();
      bridge.free();
    });
  }

  for (const agentRate of SAMPLE_RATES) {
    test(`plain audio is PCM at the agent's ${agentRate} Hz`, () => {
      for (const callerRate of SAMPLE_RATES) {
        const caller = create(callerRate, "ogg");
        const bridge = create(agentRate);
        expect(bridge.plain).toEqual(pcm16(agentRate));
        const plain = frames(callerRate, 400).map((frame) =>
          bridge.decode(caller.seal(caller.encode(frame))),
        );
        expect(Buffer.concat(plain)).toHaveLength(20 * frameBytes(pcm16(agentRate)));
        caller.free();
        bridge.free();
      }
    });
  }

  test("a container stream cut anywhere gives the same audio", () => {
    const caller = create(16000, "webm");
    const stream = Buffer.concat(frames(16000, 600).map((frame) => caller.seal(caller.encode(frame)).bytes));
    caller.free();
    const hear = (chunks: Uint8Array[]) => {
      const codec = create(16000);
      const plain = Buffer.concat(chunks.map((chunk) => codec.decode(Payload.fromBytes(chunk))));
      codec.free();
      return plain.toString("hex");
    };
    const whole = hear([stream]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
        expect(hear(cut(stream, sizes))).toBe(whole);
      }),
      { numRuns: 20 },
    );
  });

  test("an answer before the framing is known goes out raw", () => {
    const codec = create(8000);
    const frame = codec.encode(new Uint8Array(320));
    expect(codec.seal(frame).bytes).toEqual(frame.bytes);
    codec.free();
  });

  test("a frame may begin at an odd address", () => {
    const [even, odd] = [create(24000), create(24000)];
    const frame = frames(24000, 20)[0]!;
    const shifted = Buffer.concat([Buffer.of(0), frame]).subarray(1);
    expect(odd.encode(shifted).base64).toBe(even.encode(frame).base64);
    even.free();
    odd.free();
  });

  test("a payload that claims hours gives five seconds of them", () => {
    // Blocks of 255 laced packets, each two bytes that stand for 120 ms of silence.
    const packets = Buffer.concat([
      Buffer.from("81000004fe", "hex"),
      ...Array(255).fill(Buffer.from("fb06", "hex")),
    ]);
    const block = Buffer.concat([Buffer.from("a34203", "hex"), packets]);
    const head = Buffer.from("1a45dfa380 1654ae6b8d ae8b d78101 8686415f4f505553".replaceAll(" ", ""), "hex");
    const codec = create(8000);
    const plain = codec.decode(Payload.fromBytes(Buffer.concat([head, ...Array(100).fill(block)])));
    expect(plain.length).toBeGreaterThanOrEqual(8000 * 2 * 5);
    expect(plain.length).toBeLessThan(8000 * 2 * 5.2);
    codec.free();
  });

  test("no payloads make it throw, and it is freed as often as anyone likes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (payloads) => {
        const codec = create(16000);
        for (const bytes of payloads) expect(codec.decode(Payload.fromBytes(bytes)).length % 2).toBe(0);
        codec.free();
        codec.free();
      }),
      { numRuns: 100 },
    );
  });
});
