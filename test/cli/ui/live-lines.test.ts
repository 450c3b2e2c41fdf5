import fc from "fast-check";
import { expect, it } from "vitest";
import type { LiveCallView } from "../../../src/cli/ui/live-call.js";
import { callRoom, type LiveView, liveLines } from "../../../src/cli/ui/live-lines.js";
import { plain } from "../../../src/report/style.js";
import { textWidth } from "../../../src/report/text-width.js";

const silent = { rmsDbfs: -Infinity, peakDbfs: -Infinity, isClipping: false };
const call: LiveCallView = {
  callId: "d264a1b2-0000-4000-8000-00000000ebc6",
  format: "g711_ulaw/8000",
  caller: "+12025550101",
  callee: "+12025550199",
  agent: "echo",
  elapsedMs: 42_000,
  isConnected: true,
  isCallerSpeaking: false,
  isAgentSpeaking: true,
  callerLevel: silent,
  agentLevel: { rmsDbfs: -23, peakDbfs: -12, isClipping: false },
  firstAudioMs: [380, 412.3],
  greetingMs: 300,
  bargeIns: 1,
  framesIn: 2100,
  framesOut: 900,
};
const view: LiveView = {
  calls: [call],
  running: 1,
  idle: "waiting for calls",
  ended: 3,
  failed: 1,
  recording: "calls",
  details: false,
  showPersonal: false,
  keys: [
    { key: "r", does: "stop recording", help: "record no calls that start from now on" },
    { key: "?", does: "keys", help: "hide this help" },
    { key: "q", does: "stop", help: "stop, as ^C does" },
  ],
  showsHelp: false,
};
const look = { columns: 80, rows: 24, unicode: true, style: plain };
const drawn = (changes: Partial<LiveView> = {}, at: Partial<typeof look> = {}) =>
  liveLines({ ...view, ...changes }, { ...look, ...at }).map((line) => line.plain);

it("shows a call in a line on a terminal of 80 columns", () => {
  expect(drawn()).toEqual([
    "1 call up  3 ended  1 failed  recording to calls",
    "  call          time  caller    agent     now            first audio  barge-ins",
    "◂ d264…ebc6     0:42  ········  ▮▮▮▮▮·▯·  agent speaks        412 ms          1",
    "r stop recording  ? keys  q stop",
  ]);
});

it("keeps the most important on 20 columns and 10 rows, and says how many calls have no line", () => {
  expect(drawn({ running: 43, notice: "hanging up" }, { columns: 20, rows: 10 })).toEqual([
    "◂ d264…ebc6   0:42",
    "  and 42 more",
    "hanging up",
    "? keys  q stop",
  ]);
});

it("masks numbers, unless they are asked for", () => {
  const wide = { columns: 200, rows: 50 };
  expect(drawn({ details: true }, wide).slice(2, 5)).toEqual([
    expect.stringMatching(/agent speaks .* 2 {2}g711_ulaw\/8000 {3}\+1 20 \*{3} \*{3}01$/),
    "    g711_ulaw/8000  +1 20 *** ***01 → +1 20 *** ***99  echo  d264a1b2-0000-4000-8000-00000000ebc6",
    "    2 turns  first audio p50 380 ms max 412 ms  greeting 300 ms  1 barge-in  frames 2100 in 900 out",
  ]);
  expect(drawn({ details: true, showPersonal: true }, wide).join()).toContain("+12025550101 → +12025550199");
});

it("does with plain letters where the terminal has no others", () => {
  expect(drawn({ details: true }, { unicode: false }).slice(0, 3).join("").replace(/[→…]/g, "~")).toMatch(
    /^[\x20-\x7e]*$/,
  );
});

it("numbers the calls while one is to be chosen", () => {
  expect(drawn({ calls: [call, call], running: 2, chosenBy: ["1", "2"] }).slice(2, 4)).toEqual([
    expect.stringMatching(/^1 d264/),
    expect.stringMatching(/^2 d264/),
  ]);
});

it("is never wider or higher than the terminal, whatever is in a call", () => {
  const any = fc.string({ unit: "grapheme" });
  const level = fc.record({
    rmsDbfs: fc.double({ min: -90, max: 3, noNaN: true }),
    peakDbfs: fc.double({ min: -90, max: 3, noNaN: true }),
    isClipping: fc.boolean(),
  });
  const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
  const anyCall: fc.Arbitrary<LiveCallView> = fc.record({
    callId: any,
    format: any,
    caller: any,
    callee: any,
    agent: any,
    elapsedMs: ms,
    isConnected: fc.boolean(),
    isCallerSpeaking: fc.boolean(),
    isAgentSpeaking: fc.boolean(),
    callerLevel: level,
    agentLevel: level,
    firstAudioMs: fc.array(ms, { maxLength: 3 }),
    greetingMs: fc.option(ms, { nil: undefined }),
    bargeIns: fc.nat(),
    framesIn: fc.nat(),
    framesOut: fc.nat(),
  });
  const anyView = fc.record({
    calls: fc.array(anyCall, { maxLength: 12 }),
    running: fc.nat(),
    idle: fc.constant(view.idle),
    ended: fc.nat(),
    failed: fc.nat(),
    recording: fc.option(any, { nil: undefined }),
    details: fc.boolean(),
    showPersonal: fc.boolean(),
    keys: fc.constant(view.keys),
    showsHelp: fc.boolean(),
    notice: fc.option(any, { nil: undefined }),
  });
  fc.assert(
    fc.property(
      anyView,
      fc.integer({ min: 1, max: 240 }),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      (state, columns, rows, unicode) => {
        const { notice, ...rest } = state;
        const lines = liveLines(
          { ...rest, ...(notice !== undefined && { notice }) },
          { ...look, columns, rows, unicode },
        );
        for (const line of lines) expect(textWidth(line.plain)).toBeLessThan(Math.max(2, columns));
        expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
      },
    ),
  );
});

it("says what goes on while no call runs", () => {
  const between: Partial<LiveView> = { calls: [], running: 0, recording: undefined };
  expect(drawn(between)[0]).toBe("waiting for calls  3 ended  1 failed");
  expect(drawn({ ...between, idle: "dialling" })[0]).toBe("dialling  3 ended  1 failed");
});

it("leaves room for the events above", () => {
  expect([10, 24, 50].map((rows) => callRoom(view, { rows }))).toEqual([4, 11, 37]);
  expect([10, 24, 50].map((rows) => callRoom({ ...view, details: true }, { rows }))).toEqual([1, 3, 12]);
});
