import { expect, it } from "vitest";
import { AgentTrack } from "../../src/analysis/agent-track.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { Payload } from "../../src/audio/payload.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { voice } from "../audio/voice.js";
import { ULAW } from "./made-call.js";

const track = () => new AgentTrack(ULAW, createPayloadCodec(ULAW, { agentRate: 8000 }));
const payload = (ms: number) => Payload.fromBytes(encodeUlaw(voice(8000, ms)));

it("places audio where it is heard, and what overlaps behind what came before", () => {
  const agent = track();
  agent.hear(payload(400), 1000, 1060);
  agent.hear(payload(200), 1100, 1300);
  agent.hear(payload(200), 3000, 3060);
  agent.finish();
  expect(agent.spans.spans.map(({ from, to, sentAt }) => [from, to, sentAt])).toEqual([
    [1060, 1660, 1000],
    [3060, 3260, 3000],
  ]);
  expect(agent).toMatchObject({ aheadMs: 560, aheadAt: 1100, holes: [] });
});

it("does not join the rest of a frame over a gap", () => {
  const agent = track();
  agent.hear(payload(90), 0, 0);
  agent.hear(payload(90), 500, 500);
  agent.finish();
  expect(agent.spans.spans.map(({ from, to }) => [from, to])).toEqual([
    [0, 90],
    [500, 590],
  ]);
  expect(agent.sound).toMatchObject({ payloads: 2, audioMs: 180 });
});
