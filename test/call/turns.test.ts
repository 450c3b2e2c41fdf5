import { describe, expect, test } from "vitest";
import { type TurnEvent, Turns } from "../../src/call/turns.js";

/** Speech as spans of [from, to) in ms, for both sides; gives what Turns made of it, with the time it was said. */
function conversation(
  caller: [number, number][],
  agent: [number, number][],
  endsAt: number,
  agentStreamsSilence = false,
) {
  const said: (TurnEvent & { at: number })[] = [];
  let now = 0;
  const turns = new Turns((event) => said.push({ ...event, at: now }));
  const during = (spans: [number, number][], at: number) => spans.some(([from, to]) => at >= from && at < to);
  for (let at = 0; at < endsAt; at += 20) {
    now = at;
    if (during(agent, at)) turns.agentChunk(at, at, 20, true);
    else if (agentStreamsSilence) turns.agentChunk(at, at, 20, false);
    now = at + 20;
    turns.callerChunk(at + 20, 20, during(caller, at));
  }
  return {
    said,
    talkOverMs: turns.talkOverMs,
    of: (type: TurnEvent["type"]) => said.filter((event) => event.type === type),
  };
}

describe("first-audio latency", () => {
  test("runs from the end of the caller's last voiced frame to the first agent frame", () => {
    const { of } = conversation([[1000, 2000]], [[2700, 3500]], 5000);
    expect(of("turn")).toMatchObject([{ firstAudioMs: 700 }]);
  });

  test("is the same when the agent streams silence between its replies", () => {
    const { of } = conversation([[1000, 2000]], [[2700, 3500]], 5000, true);
    expect(of("turn")).toMatchObject([{ firstAudioMs: 700 }]);
  });

  test("is measured once for each answered turn", () => {
    const { of } = conversation(
      [
        [1000, 2000],
        [5000, 6000],
      ],
      [
        [2400, 3000],
        [6900, 8000],
      ],
      9000,
    );
    expect(of("turn").map((turn) => turn.type === "turn" && turn.firstAudioMs)).toEqual([400, 900]);
  });

  test("an agent that begins inside the caller's sentence has not answered it", () => {
    const { of } = conversation(
      [
        [1000, 2000],
        [2200, 3000],
      ],
      [
        [2100, 2150],
        [3500, 4000],
      ],
      5000,
    );
    expect(of("turn")).toMatchObject([{ firstAudioMs: 500 }]);
  });

  test("a fast answer within the hangover counts once the caller stays quiet", () => {
    const { of } = conversation([[1000, 2000]], [[2100, 3000]], 4000);
    expect(of("turn")).toMatchObject([{ firstAudioMs: 100 }]);
  });

  test("no answer is no latency", () => {
    expect(conversation([[1000, 2000]], [], 9000).of("turn")).toEqual([]);
  });
});

test("an agent that speaks first greets, once", () => {
  const { of } = conversation(
    [[3000, 4000]],
    [
      [400, 1200],
      [1600, 2000],
    ],
    6000,
  );
  expect(of("greeting")).toMatchObject([{ greetingMs: 400 }]);
  expect(of("turn")).toEqual([]);
});

test("talk-over is the time in which both are voiced", () => {
  expect(conversation([[1000, 2000]], [[1500, 2500]], 4000).talkOverMs).toBe(500);
  expect(conversation([[1000, 2000]], [[2500, 3000]], 4000).talkOverMs).toBe(0);
});

test("speech has a beginning and an end that is its last voiced frame", () => {
  const { said } = conversation([[1000, 2000]], [], 4000);
  expect(said).toMatchObject([
    { type: "speech-started", who: "caller", at: 1060 },
    { type: "speech-ended", who: "caller", lastVoicedAt: 2000 },
  ]);
});

test("a click is not speech", () => {
  expect(conversation([[1000, 1040]], [], 3000).said).toEqual([]);
});

test("an agent that streams silence from the start greets when it speaks", () => {
  expect(conversation([], [[1400, 2200]], 4000, true).of("greeting")).toMatchObject([{ greetingMs: 1400 }]);
});
