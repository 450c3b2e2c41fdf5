import { expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { toneDbfs } from "../../src/audio/signal.js";
import { LiveControls } from "../../src/simulate/live-controls.js";
import { LiveVoice } from "../../src/simulate/live-voice.js";
import { LOUD, Stage } from "./stage.js";

async function setUp() {
  const voice = await LiveVoice.open(() => new Int16Array(960), PORTAL_FORMATS.g711_ulaw);
  const heard: number[] = [];
  const seen: string[] = [];
  const controls = new LiveControls(voice, {
    heard: (samples) => heard.push(...samples),
    event: ({ type }) => seen.push(type),
  });
  const stage = new Stage({ track: controls }).open();
  return { controls, stage, heard, seen };
}

it("presses keys and hangs up with the next frame", async () => {
  const { controls, stage } = await setUp();
  stage.until(1000);
  controls.press("5");
  controls.press("#");
  stage.until(1019);
  expect(stage.eventsOf("dtmf")).toEqual([]);
  stage.until(1020);
  expect(stage.eventsOf("dtmf").map(({ digit, at }) => [digit, at])).toEqual([
    ["5", 1020],
    ["#", 1020],
  ]);
  stage.until(60_000);
  controls.press("1");
  controls.hangUp();
  stage.until(60_020);
  expect(stage.eventsOf("dtmf").at(-1)).toMatchObject({ digit: "1", at: 60_020 });
  expect(stage.caller.outcome).toMatchObject({ ok: true, reason: "hung-up" });
  expect(stage.timesOf("hangup")).toEqual([60_020]);
});

it("gives what is heard at 48 kHz, as it comes, and what happens", async () => {
  const { stage, heard, seen } = await setUp();
  for (let at = 500; at < 1500; at += 20) stage.arrives(at, LOUD);
  expect(heard.length).toBe(48_000);
  expect(toneDbfs(Int16Array.from(heard.slice(4800)), 48_000, 700)).toBeCloseTo(-9, 0);
  expect(seen.slice(0, 2)).toEqual(["call-started", "agent-ready"]);
  expect(seen).toContain("speech-started");
});
