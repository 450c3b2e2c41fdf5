import { expect, it } from "vitest";
import { type PhoneView, phoneLines } from "../../../src/cli/ui/phone-screen.js";
import { plain } from "../../../src/report/style.js";
import { textWidth } from "../../../src/report/text-width.js";

const view: PhoneView = {
  state: "up",
  elapsedMs: 72_400,
  isMuted: false,
  isCallerSpeaking: false,
  isAgentSpeaking: true,
  caller: {
    level: { rmsDbfs: -Infinity, peakDbfs: -Infinity, isClipping: false },
    device: "vmic, tools (parec)",
  },
  agent: { level: { rmsDbfs: -23, peakDbfs: -12, isClipping: false }, device: "vspk, tools (pacat)" },
  bufferedMs: 83.2,
  firstAudioMs: 412.3,
  turns: 3,
  bargeIns: 1,
  underruns: 0,
  echo: "cancel",
  marks: 0,
  showsHelp: false,
};
const look = { columns: 80, rows: 24, unicode: true, style: plain };
const drawn = (changes: Partial<PhoneView> = {}, at: Partial<typeof look> = {}) =>
  phoneLines({ ...view, ...changes }, { ...look, ...at }).map(({ text }) => text);

it("shows a call on a terminal of 80 columns", () => {
  expect(drawn({ recording: "calls/x", marks: 2 })).toEqual([
    "◉ up  1:12  agent speaking",
    "you   ················   – dB vmic, tools (parec)",
    "agent ▮▮▮▮▮▮▮▮▮▮··▯··· -23 dB vspk, tools (pacat)",
    "first audio 412 ms  3 turns  1 barge-in  83 ms buffered  echo cancel",
    "recording calls/x  2 marks",
    "space mute  0-9*# press  b mark  h hang up  ? help",
  ]);
});

it("says what there is room for on 20 columns: the state, the levels, and how to end it", () => {
  expect(drawn({ isMuted: true }, { columns: 20 })).toEqual([
    "◉ up  1:12  muted",
    "you   ······   – dB",
    "agent ▮▮▮▮▯· -23 dB",
    "first audio 412 ms",
    "h hang up  ? help",
  ]);
});

it("is never wider or higher than the terminal", () => {
  const long = { recording: "/a/very/long/path".repeat(20), notice: "a notice ".repeat(40), showsHelp: true };
  for (let columns = 1; columns <= 240; columns++)
    for (const line of phoneLines({ ...view, ...long }, { ...look, columns }))
      expect(textWidth(line.plain)).toBeLessThan(Math.max(2, columns));
  for (let rows = 1; rows < 20; rows++)
    expect(drawn(long, { rows }).length).toBeLessThanOrEqual(Math.max(1, rows - 1));
});

it("does with plain letters where the terminal has no others", () => {
  const text = drawn({ notice: "muted" }, { unicode: false }).join("\n");
  expect(text).toMatch(/^[\x20-\x7e\n]+$/);
});

it.each([
  [{ state: "dialling" as const }, "◌ dialling  1:12"],
  [{ state: "ringing" as const }, "◌ ringing  1:12"],
  [{ isCallerSpeaking: true }, "◉ up  1:12  both speak"],
  [{ isAgentSpeaking: false, isCallerSpeaking: true }, "● up  1:12  you speak"],
  [{ isAgentSpeaking: false, elapsedMs: 3_723_000 }, "● up  1:02:03  quiet"],
  [{ state: "ended" as const, ended: "you hung up" }, "○ ended  1:12  you hung up"],
])("tells the state of the call: %j", (changes, line) => {
  expect(drawn(changes)[0]).toBe(line);
});

it("shows help instead of the short line of keys, and no keys once the call has ended", () => {
  expect(drawn({ showsHelp: true }).slice(-5)[0]).toBe(
    "space    mute the microphone, or let it be heard again",
  );
  expect(drawn({ state: "ended" }).join("\n")).not.toContain("hang up");
});

it("keeps what devices and far ends are called from moving the cursor", () => {
  expect(drawn({ notice: "a\x1b[2Jb" }).join("\n")).not.toContain("\x1b");
});
