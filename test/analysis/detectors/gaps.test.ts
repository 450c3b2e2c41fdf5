import { expect, it } from "vitest";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { analysed, found } from "../made-call.js";

it("holes inside words are found, with how much is missing", () => {
  // A second in which nothing is sent for 100 ms, again and again.
  const coded = (samples: Int16Array, at: number) => (at % 500 < 100 ? undefined : encodeUlaw(samples));
  const choppy = analysed({ coded }).findings.find(({ code }) => code === "agent-choppy");
  expect(choppy?.severity).toBe("error");
  expect(choppy?.seen).toMatch(/^\d holes inside the agent's speech, \d+ ms in all/);
});

it("a sender that is slower than speech is found by its pace", () => {
  const { findings } = analysed({ agent: [[3400, 4700]], sentAt: (at) => 3400 + (at - 3400) * 1.3 });
  expect(findings.find(({ code }) => code === "agent-choppy")?.seen).toContain("it came at 77 % of the pace");
});

it("a pause between two sentences is none", () => {
  expect(
    found({
      agent: [
        [3400, 4000],
        [4700, 5400],
        [8400, 10_100],
      ],
    }),
  ).toEqual([]);
});
