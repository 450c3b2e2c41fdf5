/** `--network`: what it may say, and what is said to those who say something else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadValue } from "../../src/config/bad-value.js";
import { parseNetwork } from "../../src/config/network.js";

const NONE = { jitterMs: 0, burstMs: 0, stallMs: 0, loss: 0, burstEveryMs: 5000, stallEveryMs: 20_000 };

function refused(text: string): BadValue {
  try {
    parseNetwork(text);
  } catch (error) {
    if (error instanceof BadValue) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

it("reads any of its keys", () => {
  expect(parseNetwork("jitter=30ms,burst=200ms,stall=1s")).toEqual({
    ...NONE,
    jitterMs: 30,
    burstMs: 200,
    stallMs: 1000,
  });
  expect(parseNetwork("loss=2%")).toEqual({ ...NONE, loss: 0.02 });
  expect(parseNetwork(" loss = 0.5 , burst-every=2s ")).toEqual({ ...NONE, loss: 0.5, burstEveryMs: 2000 });
  expect(parseNetwork("stall=10s,stall-every=60s")).toMatchObject({ stallMs: 10_000, stallEveryMs: 60_000 });
});

describe("refuses, with something that would do", () => {
  it.each([
    ["jiter=30ms,loss=1%", '"jiter" is not one of', "jitter=30ms,loss=1%"],
    ["delay=30ms", '"delay" is not one of', "jitter=30ms,burst=200ms,stall=1s"],
    ["30ms", "each part is a key", "jitter=30ms,burst=200ms,stall=1s"],
    ["jitter=30", "has no unit", "30s"],
    ["loss=2", "loss=2 is not a share", "loss=2%"],
    ["loss=200%", "loss=200% is not a share", "loss=2%"],
    ["burst=4s", "more than half of burst-every", "burst=4000ms,burst-every=16000ms"],
    ["burst-every=1ms", "burst-every is less than 20ms", "jitter=30ms,burst=200ms,stall=1s"],
  ])("%s", (text, message, instead) => {
    const error = refused(text);
    expect(error.message).toContain(message);
    expect(error.instead).toBe(instead);
  });

  it("a key that is given twice", () =>
    expect(refused("loss=1%,loss=2%").fix).toBe("Leave one of them out."));

  it("anything at all, without falling over", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z-]{1,8}=[0-9.%ms,=]{1,8}$/)), (text) => {
        try {
          parseNetwork(text);
        } catch (error) {
          expect(error).toBeInstanceOf(BadValue);
        }
      }),
    );
  });
});
