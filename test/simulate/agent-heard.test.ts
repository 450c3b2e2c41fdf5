/** What is heard at a moment, however early it came. */
import { expect, test } from "vitest";
import { AgentHeard } from "../../src/simulate/agent-heard.js";

function hears(...spans: [from: number, to: number, voiced?: boolean][]): AgentHeard {
  const agent = new AgentHeard();
  for (const [from, to, voiced = true] of spans) {
    for (let at = from; at < to; at += 20) {
      agent.hear({ plain: new Uint8Array(0), ms: 20, heardAt: at, voiced });
    }
  }
  return agent;
}

const at = (agent: AgentHeard, now: number) => {
  agent.advance(now);
  const { speaking, speakingSince, quietSince, turns } = agent;
  return { speaking, speakingSince, quietSince, turns };
};
const never = Number.NEGATIVE_INFINITY;

test("nothing was heard", () => {
  expect(at(new AgentHeard(), 1000)).toEqual({
    speaking: false,
    speakingSince: never,
    quietSince: never,
    turns: 0,
  });
});

test("speech begins where its onset began and ends at its last voiced frame", () => {
  const agent = hears([100, 500]);
  expect(at(agent, 140).speaking).toBe(false);
  expect(at(agent, 160)).toEqual({ speaking: true, speakingSince: 100, quietSince: never, turns: 1 });
  expect(at(agent, 780).speaking).toBe(true);
  expect(at(agent, 800)).toEqual({ speaking: false, speakingSince: 100, quietSince: 500, turns: 1 });
});

test("what came all at once is heard in its time: pauses in it are pauses", () => {
  const agent = hears([0, 400], [400, 1400, false], [1400, 2000]);
  expect(at(agent, 300).speaking).toBe(true);
  expect(at(agent, 1000)).toMatchObject({ speaking: false, quietSince: 400 });
  expect(at(agent, 1500)).toMatchObject({ speaking: true, speakingSince: 1400, turns: 2 });
});

test("a click is no speech, and pauses inside words do not end it", () => {
  expect(at(hears([0, 40], [40, 200, false], [200, 240]), 1000)).toMatchObject({ turns: 0 });
  expect(at(hears([0, 200], [400, 600]), 650)).toMatchObject({ speaking: true, speakingSince: 0, turns: 1 });
});

test("steps of any size tell the same", () => {
  const [big, small] = [hears([40, 440], [900, 1500]), hears([40, 440], [900, 1500])];
  for (let now = 0; now <= 1600; now += 10) small.advance(now);
  expect(at(big, 1600)).toEqual(at(small, 1600));
});
