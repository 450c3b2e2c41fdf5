/** `timing=exact`: the order between both sides is the recorded one, whatever the machine does. */
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ExactPart } from "../../../src/agents/recording/exact.js";
import { type Deed, readScore, type Score } from "../../../src/agents/recording/score.js";
import { openRecording } from "../../../src/recording/reader.js";
import { callEvents, type DescribedCall, Shelf } from "./made.js";

const shelf = new Shelf();
afterAll(() => shelf.clear());

async function scoreOf(call: DescribedCall): Promise<Score> {
  const recording = await openRecording(await shelf.record(call));
  const score = await readScore(recording);
  await recording.close();
  return score;
}

/** What was done, and the caller's payloads between, as in a list of events. */
class Played {
  readonly steps: string[] = [];
  readonly times: number[] = [];

  constructor(readonly part: ExactPart) {}

  hear(number: number, now: number, bytes = 160): void {
    this.#do(now, (part) => part.dueBeforeNext(now));
    this.steps.push(`caller ${number}`);
    this.times.push(now);
    this.part.hear(bytes, now);
    this.#do(now, (part) => part.due(now));
  }

  /** Lets time pass without the caller. */
  wait(until: number): void {
    for (let at = this.part.wakeAt; at <= until; at = this.part.wakeAt) this.#do(at, (part) => part.due(at));
  }

  #do(now: number, take: (part: ExactPart) => Deed | undefined): void {
    for (let deed = take(this.part); deed; deed = take(this.part)) {
      this.part.done();
      this.steps.push(nameOf(deed));
      this.times.push(now);
    }
  }
}

function nameOf(deed: Deed): string {
  if (deed.what === "audio") return `agent ${deed.offset}`;
  return deed.what === "event" ? deed.event.type : deed.what;
}

const CALL: DescribedCall = {
  durationMs: 3000,
  caller: [[800, 1500]],
  agent: [
    [110, 400],
    [1905, 600],
  ],
};

/** The order of the payloads in the recording. */
function recorded(call: DescribedCall): string[] {
  let caller = 0;
  let agent = 0;
  return callEvents(call).flatMap(({ type }) => {
    if (type === "caller-audio") return [`caller ${caller++}`];
    return type === "agent-audio" ? [`agent ${agent++ * 160}`] : [];
  });
}

describe("the order between both sides", () => {
  let score: Score;
  beforeAll(async () => {
    score = await scoreOf(CALL);
  });

  it("is the recorded one when the caller is on time", () => {
    const played = new Played(new ExactPart(score));
    for (let i = 0; i < 150; i++) {
      played.wait((i + 1) * 20 - 1);
      played.hear(i, (i + 1) * 20);
    }
    expect(played.steps).toEqual(recorded(CALL));
    const first = played.steps.indexOf("agent 0");
    expect(Math.abs(played.times[first] - 110)).toBeLessThanOrEqual(20);
  });

  it("is the recorded one for any lateness of less than the patience", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 150, maxLength: 150 }), (jitter) => {
        const played = new Played(new ExactPart(score));
        let now = 0;
        for (let i = 0; i < 150; i++) {
          const at = Math.max(now, (i + 1) * 20 + jitter[i]);
          played.wait(at - 1);
          now = at;
          played.hear(i, now);
        }
        expect(played.steps).toEqual(recorded(CALL));
      }),
      { numRuns: 50 },
    );
  });

  it("is the recorded one however slow the caller is", () => {
    const played = new Played(new ExactPart(score));
    for (let i = 0; i < 150; i++) {
      played.wait((i + 1) * 33 - 1);
      played.hear(i, (i + 1) * 33);
    }
    expect(played.steps).toEqual(recorded(CALL));
  });

  it("is kept for a caller who says the same in other pieces", () => {
    const played = new Played(new ExactPart(score));
    for (let i = 0; i < 300; i++) played.hear(i, (i + 1) * 10, 80);
    const agents = (steps: string[]) => steps.filter((step) => step.startsWith("agent"));
    expect(agents(played.steps)).toEqual(agents(recorded(CALL)));
    expect(played.times[played.steps.indexOf("agent 0")]).toBe(100);
  });
});

describe("a caller who stays away", () => {
  it("is waited for 100 ms, then all comes at its recorded times", async () => {
    const played = new Played(new ExactPart(await scoreOf(CALL)));
    played.wait(10_000);
    expect(played.steps.every((step) => step.startsWith("agent"))).toBe(true);
    expect(played.steps).toHaveLength(20 + 30);
    expect(played.times[0]).toBeCloseTo(210, 0);
    expect(played.times.at(-1)).toBeCloseTo(1905 + 580 + 100, 0);
  });

  it("is not waited for where the recorded caller was silent too", async () => {
    const caller: DescribedCall = { durationMs: 3000, callerMs: 100, agent: [[2000, 200]] };
    const played = new Played(new ExactPart(await scoreOf(caller)));
    for (let i = 0; i < 5; i++) played.hear(i, (i + 1) * 20);
    played.wait(5000);
    expect(played.steps.slice(0, 6)).toEqual([
      ...Array.from({ length: 5 }, (_, i) => `caller ${i}`),
      "agent 0",
    ]);
    expect(played.times[5]).toBeCloseTo(2000, 0);
  });
});

describe("what else the agent did", () => {
  afterEach(() => shelf.clear());
  const tool = (at: number, tookMs: number) => [
    { at, type: "tool-call", id: "t1", name: "lookup", args: { word: "tea" } } as const,
    { at: at + tookMs, type: "tool-result", id: "t1", name: "lookup", isError: false, tookMs } as const,
  ];

  it("waits for the answer of a tool, and goes on as long after it as then", async () => {
    const call = { durationMs: 4000, agent: [[1500, 400]] as const, events: tool(1005, 195) };
    const part = new ExactPart(await scoreOf(call));
    const played = new Played(part);
    for (let i = 0; i < 150; i++) played.hear(i, (i + 1) * 20);
    expect(played.steps.filter((step) => !step.startsWith("caller"))).toEqual(["tool-call"]);
    expect(part.wakeAt).toBe(Number.POSITIVE_INFINITY);
    part.answered("t1", 3001);
    for (let i = 150; i < 200; i++) played.hear(i, (i + 1) * 20);
    const first = played.times[played.steps.indexOf("agent 0")];
    expect(first - 3001).toBeGreaterThan(270);
    expect(first - 3001).toBeLessThan(340);
  });

  it("loses no time when the tool is about as fast as then", async () => {
    const call = { durationMs: 4000, agent: [[1500, 400]] as const, events: tool(1005, 195) };
    const part = new ExactPart(await scoreOf(call));
    const played = new Played(part);
    for (let i = 0; i < 150; i++) {
      played.hear(i, (i + 1) * 20);
      if (i === 63) part.answered("t1", (i + 1) * 20);
    }
    expect(played.times[played.steps.indexOf("agent 0")]).toBe(1500);
  });

  it("says that a reply is over, and transfers, when the speech before has gone out; interruptions and ends at once", async () => {
    const events = [
      { at: 530, type: "turn-ended" },
      { at: 540, type: "tool-call", id: "t", name: "transfer_call", args: {} },
      { at: 1505, type: "turn-ended" },
      { at: 1605, type: "barge-in", heardMs: 100, droppedMs: 400 },
    ] as const;
    const agent = [
      [500, 200],
      [1500, 120],
    ] as const;
    const call: DescribedCall = { durationMs: 2000, agent, events, end: "agent-ended" };
    const played = new Played(new ExactPart(await scoreOf(call)));
    for (let i = 0; i < 110; i++) played.hear(i, (i + 1) * 20);
    const done = played.steps.filter((step) => !step.startsWith("caller"));
    const names = done.map((step) => step.replace(/^agent .*/, "agent"));
    expect(names.join(" ").replace(/agent( agent)+/g, "agent")).toBe(
      "agent turn-ended tool-call agent turn-ended interrupted closed",
    );
  });

  it("gives transcripts when they were said, not when they were written down", async () => {
    const text = { type: "transcript", text: "hello" } as const;
    const events = [
      { ...text, at: 2400, who: "agent", spokenAt: 700 },
      { ...text, at: 2600, who: "caller", spokenAt: 1400 },
    ] as const;
    const { deeds } = await scoreOf({ durationMs: 3000, events });
    expect(deeds.map(({ at }) => at)).toEqual([900, 1400]);
  });
});

it("trusts nothing: any order and any ids of lines give a part that comes to its end", async () => {
  const at = fc.integer({ min: 0, max: 2000 });
  const id = fc.constantFrom("a", "b");
  const event = fc.oneof(
    fc.record({
      at,
      type: fc.constant("tool-call" as const),
      id,
      name: fc.constant("x"),
      args: fc.constant({}),
    }),
    fc.record({
      at,
      type: fc.constant("tool-result" as const),
      id,
      name: fc.constant("x"),
      isError: fc.boolean(),
      tookMs: at,
    }),
    fc.record({ at, type: fc.constant("turn-ended" as const) }),
    fc.record({ at, type: fc.constant("barge-in" as const), heardMs: at, droppedMs: at }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
      const score = await scoreOf({ durationMs: 600, agent: [[300, 100]], events });
      const part = new ExactPart(score);
      const played = new Played(part);
      for (let now = 0; now < 10_000; now += 500) {
        played.wait(now);
        for (const tool of ["a", "b"]) part.answered(tool, now);
      }
      expect(played.steps.length).toBe(score.deeds.filter(({ what }) => what !== "answer").length);
    }),
    { numRuns: 30 },
  );
});
