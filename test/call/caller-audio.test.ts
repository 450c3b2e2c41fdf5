import { expect, test } from "vitest";
import { PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { CallerAudio } from "../../src/call/caller-audio.js";

const codec = (format = PORTAL_FORMATS.g711_ulaw) => createPayloadCodec(format, { agentRate: 24000 });
const payload = () => Payload.fromBytes(new Uint8Array(160).fill(0xff));

test("the agent's own format is handed over as it came", () => {
  const given = payload();
  expect(new CallerAudio(codec(), PORTAL_FORMATS.g711_ulaw).push(given).forAgent).toBe(given);
  expect(new CallerAudio(codec(), undefined).push(given).forAgent).toBe(given);
});

test("another format is converted at once, frame for frame", () => {
  const audio = new CallerAudio(codec(), pcm16(24000));
  for (let i = 0; i < 5; i++) expect(audio.push(payload()).forAgent?.bytes.length).toBe(960);
});

test("half a sample waits for its other half", () => {
  const audio = new CallerAudio(codec(pcm16(24000)), pcm16(24000));
  expect(audio.push(Payload.fromBytes(new Uint8Array(1))).forAgent).toBeUndefined();
  expect(audio.push(Payload.fromBytes(new Uint8Array(3))).forAgent?.bytes.length).toBe(4);
});

test("silence has the agent's format and the length asked for", () => {
  const silence = new CallerAudio(codec(), pcm16(16000)).silence(100);
  expect(silence?.bytes.length).toBe(3200);
  expect(silence?.bytes.every((byte) => byte === 0)).toBe(true);
  expect(new CallerAudio(codec(), undefined).silence(100)).toBeUndefined();
});
