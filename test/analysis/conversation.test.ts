import { expect, it } from "vitest";
import { conversationOf } from "../../src/analysis/conversation.js";

const speech = (from: number, to: number, burstAt = from - 60) => ({
  from,
  to,
  voicedMs: to - from,
  level: 0.01,
  sentAt: from - 60,
  burstAt,
});
const side = (...spans: ReturnType<typeof speech>[]) => ({ spans, voiced: spans });
const END = 60_000;

it("gives each utterance the speech that follows it, as one reply", () => {
  const { utterances } = conversationOf(
    side(speech(1000, 2000), speech(8000, 9000)),
    side(speech(2560, 3000), speech(3500, 4000), speech(9560, 9900)),
    END,
  );
  expect(utterances).toMatchObject([
    { from: 1000, to: 2000, reply: { from: 2560, to: 4000, latencyMs: 500, voicedMs: 940, speechDbfs: -20 } },
    { from: 8000, to: 9000, reply: { from: 9560, latencyMs: 500 } },
  ]);
});

it("counts silence at the head of a reply to it, but not silence that was sent all the time", () => {
  const latency = (burstAt: number) =>
    conversationOf(side(speech(1000, 2000)), side(speech(2560, 3000, burstAt)), END).utterances[0].reply
      ?.latencyMs;
  expect(latency(2200)).toBe(200);
  expect(latency(100)).toBe(500);
});

it("takes what was begun before the caller had finished for no reply", () => {
  const { utterances } = conversationOf(side(speech(1000, 2000)), side(speech(1500, 4000)), END);
  expect(utterances[0].reply).toBeUndefined();
});

it("tells a greeting from an answer", () => {
  const greeting = (agentFrom: number, burstAt?: number) =>
    conversationOf(side(speech(1000, 2000)), side(speech(agentFrom, agentFrom + 500, burstAt)), END)
      .greetingMs;
  expect(greeting(460)).toBe(400);
  expect(greeting(460, 300)).toBe(300);
  expect(greeting(900, 100)).toBe(840);
  expect(greeting(2500)).toBeUndefined();
});

it("finds barge-ins, and when the agent fell silent", () => {
  const bargeIns = (...agent: ReturnType<typeof speech>[]) =>
    conversationOf(side(speech(5000, 6000)), side(...agent), 10_000).bargeIns;
  expect(bargeIns(speech(3000, 5200))).toEqual([{ at: 5000, stoppedAfterMs: 200 }]);
  expect(bargeIns(speech(3000, 5200), speech(5700, 7000))).toEqual([{ at: 5000, stoppedAfterMs: 2000 }]);
  expect(bargeIns(speech(3000, 10_000))).toEqual([{ at: 5000, stoppedAfterMs: undefined }]);
  expect(bargeIns(speech(3000, 5020))).toEqual([]);
  expect(bargeIns(speech(5500, 7000))).toEqual([]);
});

it("adds up the time in which both are heard", () => {
  const both = conversationOf(
    side(speech(0, 1000), speech(2000, 3000)),
    side(speech(900, 2100), speech(2500, 2600)),
    END,
  );
  expect(both.talkOverMs).toBe(300);
});
