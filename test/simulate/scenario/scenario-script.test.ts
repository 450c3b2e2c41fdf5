/** Playbooks: what a scenario does, and its verdicts on agents made to pass and to fail. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { answers, type MadeUpAgent, play, SAY } from "./stage.js";

const silent: MadeUpAgent = () => false;

/** Speaks from `from` to `to`. */
const speaks =
  (...spans: [from: number, to: number][]): MadeUpAgent =>
  (at) =>
    spans.some(([from, to]) => at >= from && at < to);

describe("steps", () => {
  test("wait: agent lasts until its turn is over; pauses between sentences are none", async () => {
    const { stage, faults } = await play(
      [{ wait: "agent" }, { "hang-up": true }],
      speaks([500, 1500], [2000, 3000]),
    );
    expect(faults).toEqual([]);
    // 700 ms after 3000, at the next frame.
    expect(stage.timesOf("hangup")).toEqual([3720]);
    expect(stage.caller.outcome).toMatchObject({ ok: true, reason: "hung-up" });
  });

  test("wait: speech goes on as soon as speech is known as such", async () => {
    const { stage } = await play([{ wait: "speech" }, { drop: true }], speaks([500, 1500]));
    expect(stage.timesOf("drop")[0]).toBeGreaterThanOrEqual(560);
    expect(stage.timesOf("drop")[0]).toBeLessThanOrEqual(600);
  });

  test("two waits for the agent are two turns", async () => {
    const { stage } = await play(
      [{ wait: "agent" }, { wait: "agent" }, { "hang-up": true }],
      speaks([0, 1000], [4000, 5000]),
    );
    expect(stage.timesOf("hangup")).toEqual([5720]);
  });

  test("a wait in vain fails the scenario and hangs up", async () => {
    const { stage, faults } = await play([{ wait: "agent", timeout: "2s" }, SAY], silent);
    expect(faults).toEqual(["1 wait: the agent did not speak within 2 s"]);
    expect(stage.timesOf("hangup")).toEqual([2000]);
    expect(stage.caller.outcome).toMatchObject({
      ok: false,
      reason: "expectation-failed",
      detail: "step 1: wait: the agent did not speak within 2 s",
    });
  });

  test("wait: end waits for the agent to hang up", async () => {
    const agent: MadeUpAgent = (at) => (at > 3000 ? "hangs up" : at > 1000 && at < 2000);
    const good = await play([{ wait: "end" }], agent, { expect: { "ended-by": "agent" } });
    expect(good.faults).toEqual([]);
    expect(good.stage.caller.outcome).toMatchObject({ ok: true, reason: "agent-ended" });
    const bad = await play([{ wait: "end", timeout: "1s" }], silent, { expect: { "ended-by": "agent" } });
    expect(bad.faults).toEqual([
      "1 wait: the agent did not end the call within 1 s",
      "ended by agent: caller ended the call: the caller hung up",
    ]);
  });

  test("a wait is not in vain while the agent speaks, and ends when it speaks without end", async () => {
    const long: MadeUpAgent = (at) => (at > 15_000 ? "hangs up" : at < 14_000);
    expect((await play([{ wait: "end", timeout: "2s" }], long)).faults).toEqual([]);
    const barge = [{ "barge-in": { after: "12s", ...SAY }, timeout: "2s" }, { "hang-up": true }];
    expect((await play(barge, speaks([0, 14_000]))).faults).toEqual([]);
    // Half a second of speech and half a second of quiet, over and over: neither a turn's end nor a long turn.
    const chatters: MadeUpAgent = (at) => at % 1000 < 500;
    const { faults, stage } = await play([{ wait: "agent" }, { "hang-up": true }], chatters);
    expect(faults).toEqual(["1 wait: the agent spoke for more than 60 s"]);
    expect(stage.now).toBeLessThan(75_000);
    const interrupted = await play(barge, chatters);
    expect(interrupted.faults).toEqual(["1 barge-in: the agent did not speak for 12 s within 2 s"]);
  });

  test("keys are pressed five a second", async () => {
    const { stage } = await play(
      [{ silence: "1s" }, { dtmf: "12#" }, { silence: "1s" }, { "hang-up": true }],
      silent,
    );
    expect(stage.timesOf("dtmf")).toEqual([1000, 1200, 1400]);
    expect(stage.eventsOf("dtmf").map(({ digit }) => digit)).toEqual(["1", "2", "#"]);
    expect(stage.timesOf("hangup")).toEqual([2400]);
  });

  test("barge-in: begins so long after the agent began, at the next frame", async () => {
    const { stage } = await play(
      [{ "barge-in": { after: "800ms", ...SAY } }, { "hang-up": true }],
      speaks([1000, 2100]),
    );
    const said = stage
      .eventsOf("caller-audio")
      .find(({ payload }) => payload.bytes.some((byte) => byte !== 0xff));
    // The agent is heard from 1010 on; the clip begins with a little silence.
    expect(said?.at).toBeGreaterThanOrEqual(1820);
    expect(said?.at).toBeLessThanOrEqual(1860);
  });

  test("without a hang-up the caller leaves when the agent has answered", async () => {
    const { stage } = await play([SAY], answers(500, 1000));
    expect(stage.caller.outcome).toMatchObject({ ok: true, reason: "hung-up" });
    expect(stage.timesOf("hangup")[0]).toBeGreaterThan(1860 + 500 + 1000 + 1400);
    expect(stage.timesOf("hangup")[0]).toBeLessThan(1860 + 500 + 1000 + 1600);
  });

  test("the same scenario gives the same bytes, and another seed other noise", async () => {
    const hash = async (seed: number) => {
      const { stage } = await play([SAY, { silence: "1s" }, SAY, { "hang-up": true }], silent, {
        noise: -40,
        seed,
      });
      const sum = createHash("sha256");
      for (const { payload } of stage.eventsOf("caller-audio")) sum.update(payload.bytes);
      return sum.digest("hex");
    };
    expect(await hash(1)).toBe(await hash(1));
    expect(await hash(1)).not.toBe(await hash(2));
  });
});

describe("verdicts", () => {
  test.each([
    ["in time", answers(1000, 1000), []],
    ["late", answers(2500, 1000), ["1 speaks within 2 s: the agent said nothing in 2.12 s"]],
    ["never", silent, ["1 speaks within 2 s: the agent said nothing in 2.12 s"]],
  ])("a reply %s", async (_, agent, faults) => {
    const { faults: found, verdicts } = await play(
      [{ ...SAY, expect: { "speaks-within": "2s" } }, { "hang-up": true }],
      agent,
    );
    expect(found.map((fault) => fault.replace(/2\.1\d? s$/, "2.12 s"))).toEqual(faults);
    if (faults.length === 0) {
      expect(verdicts[0]).toMatchObject({
        step: 1,
        expect: "speaks within 2 s",
        unit: "ms",
        limit: 2000,
        reason: "",
      });
      expect(verdicts[0].measured).toBeGreaterThanOrEqual(1000);
      expect(verdicts[0].measured).toBeLessThanOrEqual(1020);
    }
  });

  test("what the agent was still saying is no answer", async () => {
    const { faults } = await play(
      [{ "barge-in": { after: "500ms", ...SAY }, expect: { "speaks-within": "1s" } }, { "hang-up": true }],
      speaks([0, 20_000]),
    );
    expect(faults).toEqual([expect.stringContaining("1 speaks within 1 s: the agent said nothing")]);
  });

  const bargeIn = [
    { "barge-in": { after: "800ms", ...SAY }, expect: { "stops-within": "500ms" } },
    { silence: "2s" },
    { "hang-up": true },
  ];

  test("an agent that stops at a barge-in", async () => {
    const { faults, verdicts } = await play(bargeIn, speaks([0, 1100], [3500, 4500]));
    expect(faults).toEqual([]);
    expect(verdicts[0].measured).toBeGreaterThan(200);
    expect(verdicts[0].measured).toBeLessThan(320);
  });

  test("an agent that speaks on, with a pause between two sentences at the right moment", async () => {
    const { faults } = await play(bargeIn, speaks([0, 1100], [1500, 4000]));
    expect(faults).toEqual([
      expect.stringMatching(/^1 stops within 500 ms: the agent spoke on for 3\.\d+ s$/),
    ]);
  });

  test("an agent that speaks on to the end of the call", async () => {
    const { faults } = await play(bargeIn, speaks([0, 100_000]));
    expect(faults).toEqual([
      expect.stringMatching(/^1 stops within 500 ms: the agent still spoke when the call ended/),
    ]);
  });

  test("talk-over is measured over the whole call", async () => {
    const good = await play(bargeIn, speaks([0, 1100]), { expect: { "talk-over-below": "300ms" } });
    expect(good.faults).toEqual([]);
    const bad = await play(bargeIn, speaks([0, 1500]), { expect: { "talk-over-below": "300ms" } });
    expect(bad.faults).toContainEqual(
      expect.stringMatching(/^talk over below 300 ms: both spoke at once for \d+ ms$/),
    );
  });

  test("silence", async () => {
    const turns = [{ silence: "1s" }, { silence: "2s", expect: { "silent-for": "3s" } }, { "hang-up": true }];
    expect((await play(turns, silent)).faults).toEqual([]);
    expect((await play(turns, speaks([2500, 3000]))).faults).toEqual([
      "2 silent for 3 s: the agent spoke after 1.51 s",
    ]);
  });

  test("an agent that leaves: what was not reached fails, and says why", async () => {
    const { faults } = await play(
      [{ ...SAY }, { ...SAY, expect: { "speaks-within": "2s" } }, { "hang-up": true }],
      (at) => (at > 1000 ? "hangs up" : at < 500),
      { expect: { "ended-by": "caller" } },
    );
    expect(faults).toEqual([
      "2 speaks within 2 s: the call did not come to this step: the endpoint closed the call with 1000",
      "ended by caller: agent ended the call: the endpoint closed the call with 1000",
    ]);
  });

  test("transcripts: what is not known fails with the reason", async () => {
    const turns = [{ ...SAY }, { "hang-up": true }];
    const expecting = { expect: { "transcript-contains": "opening  Hours" } };
    const faultsWith = async (transcript?: string[]) =>
      (await play(turns, silent, { ...expecting, transcript })).faults;
    expect(await faultsWith(["Our opening", "hours are ten to six."])).toEqual([]);
    expect(await faultsWith(["We are closed."])).toEqual([
      expect.stringContaining("the agent's transcript does not contain"),
    ]);
    expect(await faultsWith([])).toEqual([expect.stringContaining("the agent sent no transcript")]);
    expect(await faultsWith()).toEqual([expect.stringContaining("nobody writes it down")]);
  });
});
