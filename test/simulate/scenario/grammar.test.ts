/** What a scenario may hold, and what is said of what it may not. */
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BridgeError } from "../../../src/errors.js";
import { Misfit } from "../../../src/shape.js";
import { BUILT_IN_NAMES, findScenario } from "../../../src/simulate/scenario/built-in.js";
import { readScenario, scenarioSchema } from "../../../src/simulate/scenario/grammar.js";
import { parseScenario } from "../../../src/simulate/scenario/scenario-file.js";

const SCHEMA = new URL("../../../src/simulate/scenario/scenario.schema.json", import.meta.url);
const DOCS = new URL("../../../docs/scenarios.md", import.meta.url);

/** Of a file whose turns are these lines. */
async function faultOf(...lines: string[]): Promise<string> {
  const text = ["name: test", "turns:", ...lines, ""].join("\n");
  const error = await parseScenario(text, "test.yaml").catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BridgeError);
  const { code, message, fix } = error as BridgeError;
  expect(code).toBe("bad-scenario");
  return `${message} | ${fix}`;
}

test("a file is read into steps and expectations", async () => {
  const text = readFileSync(DOCS, "utf8").match(
    /```yaml\n(# yaml-language-server[\s\S]*?)```/,
  )?.[1] as string;
  const scenario = await parseScenario(text, "docs");
  expect(scenario).toMatchObject({ name: "opening hours", call: { format: "pcm16" }, noiseDbfs: -60 });
  expect(scenario.steps.map(({ action }) => action.do)).toEqual([
    ...["wait", "say", "barge-in", "wait", "dtmf", "pause", "say", "wait", "hang-up"],
  ]);
  expect(scenario.steps[1]).toEqual({
    action: { do: "say", words: { text: "When do you open on Saturday?" } },
    expects: [{ that: "speaks-within", ms: 2000 }],
  });
  expect(scenario.expects).toContainEqual({ that: "ended-by", who: "caller" });
});

describe("faults name the place, what is wrong and what to do", () => {
  test.each([
    [["  - sya: Hello"], 'test.yaml:3:5: "sya" is not known here | Did you mean say?'],
    [["  - wait: agnet"], 'test.yaml:3:11: "agnet" cannot be used here | Did you mean agent?'],
    [
      ["  - say: Hello", "    expect: {speaks-withn: 2s}"],
      'test.yaml:4:14: "speaks-withn" is not known here | Did you mean speaks-within?',
    ],
    [
      ["  - silence: 3"],
      "test.yaml:3:14: silence must be a time with a unit (ms, s or m), not 3 | Write for example 3s",
    ],
    [["  - say: Hello", "    dtmf: '1'"], "test.yaml:4:5: say and dtmf in one step | Make it two steps"],
    [["  - expect: {silent-for: 1s}"], "test.yaml:3:5: nothing to do here | Add one of say, wait,"],
    [
      ["  - dtmf: 012"],
      'test.yaml:3:11: dtmf must be keys of a phone, 0-9 * #, not 12 | Write for example "12#", with quotes.',
    ],
    [["  - hang-up: true", "  - say: Hello"], "test.yaml:4:5: nothing can follow hang-up | Move"],
    [["  - say: Hello", "    timeout: 2s"], "test.yaml:4:5: only wait and barge-in have a timeout"],
    [
      ["  - wait: agent", "    expect: {stops-within: 1s}"],
      "test.yaml:4:14: the caller says nothing in this step",
    ],
    [["  - barge-in: {after: 1s}"], "test.yaml:3:15: say is missing | Add say:"],
    [
      ["  - say: {clip: helo}"],
      'test.yaml:3:17: clip must be hello or hours, not "helo" | Did you mean hello?',
    ],
    [["  - say: 'Hello"], "test.yaml:4:1: Missing closing 'quote"],
    [["  []"], "test.yaml:3:3: there is nothing to do"],
  ])("%j", async (lines, expected) => {
    expect(await faultOf(...lines)).toContain(expected);
  });

  test("numbers of phones need quotes, and a missing name is said at the top", async () => {
    await expect(
      parseScenario("name: a\ncall: {caller: +1202}\nturns: [{say: Hi}]", "x.yml"),
    ).rejects.toThrow("x.yml:2:16: caller must be a text, not 1202");
    await expect(parseScenario("turns: [{say: Hi}]", "x.yml")).rejects.toThrow("x.yml:1:1: name is missing");
    await expect(parseScenario("", "x.yml")).rejects.toThrow("x.yml:1:1: it must be a map");
  });
});

test("whatever the data, it is a scenario or a misfit", () => {
  const key = fc.constantFrom(
    "name",
    "turns",
    "say",
    "wait",
    "expect",
    "dtmf",
    "barge-in",
    "call",
    "after",
    "wav",
  );
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom("2s", "agent", "12#"),
  );
  const { data } = fc.letrec((tie) => ({
    data: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie("data")), fc.dictionary(key, tie("data"))),
  }));
  fc.assert(
    fc.property(data, (value) => {
      try {
        readScenario(value);
      } catch (error) {
        expect(error).toBeInstanceOf(Misfit);
      }
    }),
  );
});

test("whatever the text, it is a scenario or a fault with its place", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      const error = await parseScenario(text, "x.yaml").catch((caught: unknown) => caught);
      if (error instanceof Error) expect(error.message).toMatch(/^x\.yaml:\d+:\d+: /);
    }),
  );
});

test("the built-in scenarios can be read, and a slip of the pen is seen", async () => {
  for (const name of BUILT_IN_NAMES) expect((await findScenario(name)).name).toBe(name);
  await expect(findScenario("barge-inn")).rejects.toMatchObject({
    code: "bad-scenario",
    fix: expect.stringMatching(/^Did you mean barge-in\? Built in: greeting, conversation/),
  });
  await expect(findScenario("none.yaml")).rejects.toMatchObject({ code: "cannot-read" });
  await expect(findScenario("ws://127.0.0.1:1/")).rejects.toMatchObject({
    fix: expect.stringContaining("--url"),
  });
});

test("the schema for editors is that of the reader", () => {
  const schema = `${JSON.stringify(scenarioSchema(), null, 2)}\n`;
  if (process.env.SCENARIO_SCHEMA === "write") writeFileSync(SCHEMA, schema);
  expect(JSON.parse(readFileSync(SCHEMA, "utf8"))).toEqual(JSON.parse(schema));
});
