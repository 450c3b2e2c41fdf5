/** Playbooks on manual time: the recorded words wait for another agent's turns. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Span } from "../../src/analysis/call-analysis.js";
import { callerActs } from "../../src/replay/caller-acts.js";
import { TurnsScript } from "../../src/replay/turns-script.js";
import { LOUD, Stage } from "../simulate/stage.js";
import { frameOf, type Said, SILENCE, sideOf } from "./side.js";

const spans = (list: readonly (readonly [number, number])[]): Span[] =>
  list.map(([from, to]) => ({ from, to }));

/** Plays what was recorded to an agent that speaks at the given times, and gives when the caller did what. */
function played(
  said: Said,
  recordedAgent: readonly (readonly [number, number])[],
  agent: typeof recordedAgent,
) {
  const side = sideOf(said);
  const acts = callerActs(side, spans(recordedAgent));
  const script = new TurnsScript(side, acts, frameOf(side), () => SILENCE);
  const stage = new Stage({
    track: { format: side.format, longestMessage: 400, start: () => script },
  }).open();
  for (const [from, to] of agent)
    for (let at = from; at < to && !stage.caller.outcome; at += 20) stage.arrives(at, LOUD);
  stage.untilEnd();
  const started = stage.eventsOf("speech-started").filter(({ who }) => who === "caller");
  return {
    /** When each utterance was heard to begin, ONSET_MS after its first frame began. */
    words: started.map(({ at }) => at),
    keys: stage.timesOf("dtmf"),
    end: stage.now,
    how: stage.done.at(-1)?.[1],
    voicedFrames: stage.sent.filter((message) => message.includes(LOUD_PAYLOAD)).length,
  };
}

const LOUD_PAYLOAD = frameOf(sideOf({ voice: [[0, 100]], endAt: 100 }))(0).message.slice(40, 80);

/** A greeting, a question with its answer, and a hang-up 500 ms after the answer. */
const talk: Said = { voice: [[1500, 2500]], endAt: 4500 };
const answers = [
  [200, 1000],
  [3000, 4000],
] as const;

describe("the same words", () => {
  test("to the same agent come at the same times", () => {
    const again = played(talk, answers, answers);
    expect(again.words[0]).toBeCloseTo(1560, -2);
    expect(again.end).toBeGreaterThan(4480);
    expect(again.end).toBeLessThan(4540);
    expect(again.how).toBe("close 1000");
    expect(again.voicedFrames).toBe(50);
  });

  test("wait for a slower agent, and for one that greets late", () => {
    const again = played(talk, answers, [
      [1700, 2500],
      [4800, 6800],
    ]);
    expect(again.words[0]).toBeCloseTo(3060, -2);
    expect(again.end).toBeGreaterThan(7280);
    expect(again.end).toBeLessThan(7340);
  });

  test("come sooner where the agent is faster", () => {
    const again = played(talk, answers, [
      [50, 450],
      [2300, 2600],
    ]);
    expect(again.words[0]).toBeCloseTo(1010, -2);
    expect(again.end).toBeGreaterThan(3080);
    expect(again.end).toBeLessThan(3140);
  });

  test("come anyway when patience is over", () => {
    const again = played(talk, answers, []);
    // 1500 ms were waited for the greeting, 2000 ms from the question to the hang-up.
    expect(again.words[0]).toBeCloseTo(11_560, -2);
    expect(again.end).toBeCloseTo(12_500 + 12_000, -2);
  });

  test("an agent that says in one what it said in two is not waited for in vain", () => {
    const two = [
      [200, 1000],
      [1800, 2600],
    ] as const;
    const again = played({ voice: [[3000, 3500]], endAt: 4000 }, two, [[200, 1500]]);
    // The recorded pause of 800 ms and a second more.
    expect(again.words[0]).toBeCloseTo(1500 + 1800 + 60, -2);
  });

  test("do not fall into the pause of an agent that speaks in two", () => {
    const two = [
      [200, 1000],
      [1800, 2600],
    ] as const;
    const again = played({ voice: [[2800, 3500]], endAt: 4000 }, two, [
      [600, 1400],
      [2300, 3100],
    ]);
    expect(again.words[0]).toBeGreaterThan(3300);
  });
});

describe("barge-in", () => {
  const interrupts: Said = { voice: [[1000, 1800]], endAt: 4000 };
  const cut = [
    [400, 1200],
    [2500, 3500],
  ] as const;

  test("comes as long after the agent's speech began", () => {
    const again = played(interrupts, cut, [
      [1400, 2200],
      [3400, 4400],
    ]);
    expect(again.words[0]).toBeCloseTo(2060, -2);
    expect(again.end).toBeCloseTo(4900, -2);
  });

  test("an agent that ignores it is spoken into all the same", () => {
    const again = played(interrupts, cut, [[400, 6000]]);
    expect(again.words[0]).toBeCloseTo(1060, -2);
  });
});

describe("keys and ends", () => {
  test("a key waits for the question", () => {
    const again = played({ keys: [[2000, "1"]], endAt: 2600 }, [[200, 1500]], [[900, 3000]]);
    expect(again.keys[0]).toBeCloseTo(3500, -2);
    expect(again.end).toBeCloseTo(4100, -2);
  });

  test("a key in the middle of words is pressed there", () => {
    const again = played({ voice: [[500, 1500]], keys: [[1000, "7"]], endAt: 2000 }, [], []);
    expect(again.keys[0]).toBeCloseTo(1000, -2);
  });

  test("a hang-up in mid-speech", () => {
    const again = played({ voice: [[1500, 2000]], endAt: 2010 }, [[200, 1000]], [[700, 1500]]);
    expect(again.words[0]).toBeCloseTo(2060, -2);
    expect(again.end - again.words[0]).toBeLessThan(500);
  });

  test("a lost connection, and a call that the agent ended", () => {
    expect(played({ endAt: 300, how: "drop" }, [], []).how).toBe("drop");
    const listened = played({ ...talk, how: "listen" }, answers, answers);
    expect(listened.end).toBeCloseTo(14_500, -2);
  });
});

test("whatever was recorded and whatever the agent does: every word and key once, in order, and an end in time", () => {
  const stretches = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 60 })), { maxLength: 5 })
    .map((steps) => {
      let at = 0;
      return steps.map(([quiet, loud]): [number, number] => {
        const from = at + quiet * 20;
        at = from + loud * 20;
        return [from, at];
      });
    });
  const pressed = fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 3 });
  fc.assert(
    fc.property(stretches, stretches, stretches, pressed, (voice, recordedAgent, agent, at) => {
      const keys = at.sort((a, b) => a - b).map((time, k): [number, string] => [time, String(k)]);
      const endAt = Math.max(0, ...voice.map(([, to]) => to), ...at) + 100;
      const side = sideOf({ voice, keys, endAt });
      const acts = callerActs(side, spans(recordedAgent));
      const again = played({ voice, keys, endAt }, recordedAgent, agent);
      expect(again.keys.length).toBe(keys.length);
      const wanted = acts.filter((act) => act.type === "words");
      const voicedIn = wanted.flatMap(({ from, to }) => side.payloads.voiced.slice(from, to));
      expect(again.voicedFrames).toBe(voicedIn.filter(Boolean).length);
      expect(again.end).toBeLessThan(endAt + acts.length * 11_000);
    }),
    { numRuns: 60 },
  );
});
