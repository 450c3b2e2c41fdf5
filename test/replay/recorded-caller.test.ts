/** Recordings on disk, good and damaged, and the callers that are made from them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import type { CallEvent, CallNote } from "../../src/call/events.js";
import { ManualClock } from "../../src/clock.js";
import type { Profile } from "../../src/protocol/profiles.js";
import { openRecording } from "../../src/recording/reader.js";
import { createRecorder } from "../../src/recording/writer.js";
import { findRecordings } from "../../src/replay/find-recordings.js";
import { recordedCaller } from "../../src/replay/recorded-caller.js";

const root = mkdtempSync(join(tmpdir(), "recorded-caller-"));
afterAll(() => rmSync(root, { recursive: true }));

const info = {
  callId: "call-1",
  otherLegCallId: "leg-2",
  accountId: "account-3",
  caller: "+94771234512",
  callee: "+12025550199",
  format: PORTAL_FORMATS.g711_ulaw,
};
const START = {
  event: "start",
  start: {
    callId: "call-1",
    otherLegCallId: "leg-2",
    callerIdNumber: "+94771234512",
    accountId: "account-3",
    mediaFormat: { encoding: "g711_ulaw", sampleRate: "8000" },
    region: "lk",
  },
};
const summary = {
  ...{ durationMs: 0, turns: 0, firstAudioMs: [], framesIn: 0, framesOut: 0, droppedMs: 0, talkOverMs: 0 },
  bargeIns: 0,
};
const ended = (reason: (CallNote & { type: "call-ended" })["reason"], framesIn = 0): CallNote => ({
  ...{ type: "call-ended", reason, detail: "", summary: { ...summary, framesIn } },
});
const frame = (value: number): CallNote => ({
  type: "caller-audio",
  payload: Payload.fromBytes(new Uint8Array(160).fill(value)),
});

async function saved(
  notes: readonly (readonly [number, CallNote])[],
  { raw = START as object, showPersonal = false, source = "serve" as const, otherLeg = true } = {},
): Promise<string> {
  const clock = new ManualClock();
  const recorder = createRecorder({
    ...{ directory: mkdtempSync(join(root, "calls-")), clock, agent: "echo", source, showPersonal },
    onWarning: (_, message) => expect.fail(message),
  });
  const { otherLegCallId: _, ...short } = info;
  const started: CallNote = { type: "call-started", info: otherLeg ? info : short, agent: "echo", raw };
  for (const [at, note] of [[1, started], ...notes] as const) recorder.observer({ at, ...note } as CallEvent);
  await recorder.close();
  return recorder.folder() as string;
}

async function callerOf(folder: string, timing: "exact" | "turns" = "exact") {
  const recording = await openRecording(folder);
  try {
    const caller = await recordedCaller(recording, { timing });
    const profile = caller.call.profile as Profile;
    return {
      ...caller,
      opening: profile.opening(info).map((text) => JSON.parse(text)),
      dtmf: JSON.parse(profile.dtmf?.(info, "5", 90) ?? "null"),
      closing: profile.closing(info, "USUAL").map((text) => JSON.parse(text)),
    };
  } finally {
    await recording.close();
  }
}

describe("how the call is announced and ended", () => {
  test("as it was, with masked numbers filled in", async () => {
    const folder = await saved([
      [20, frame(1)],
      [30, { type: "hangup", reason: "busy" }],
      [31, ended("caller-hung-up")],
    ]);
    const caller = await callerOf(folder);
    const { call, opening, closing, dtmf } = caller;
    expect(opening).toEqual([{ ...START, start: { ...START.start, callerIdNumber: "+94770000012" } }]);
    expect(closing).toEqual([
      { event: "hangup", hangup: { callId: "call-1", otherLegCallId: "leg-2", reason: "busy" } },
    ]);
    expect(dtmf.dtmf).toEqual({ callId: "call-1", otherLegCallId: "leg-2", digit: "5", duration: 90 });
    expect(call).toMatchObject({
      ids: { callId: "call-1", otherLegCallId: "leg-2" },
      caller: "+94770000012",
      callee: "+12000000099",
      accountId: "account-3",
    });
    expect(caller.durationMs).toBe(30);
    expect(caller.warnings).toEqual([]);
  });

  test("a socket that was just closed is just closed again", async () => {
    const raw = { event: "start", start: { callId: "call-1" } };
    const folder = await saved([[20, ended("caller-hung-up")]], { raw, otherLeg: false });
    const { closing, call } = await callerOf(folder);
    expect(closing).toEqual([]);
    expect(call.ids).toEqual({ callId: "call-1" });
  });

  test("whom the agent hung up on hangs up as that PBX would", async () => {
    expect((await callerOf(await saved([[20, ended("agent-ended")]]))).closing).toHaveLength(1);
    const raw = { event: "start", start: { callId: "call-1" } };
    const plain = await saved([[20, ended("agent-ended")]], { raw, otherLeg: false });
    expect((await callerOf(plain)).closing).toEqual([]);
  });

  test("masked keys are pressed as 0, and it is said", async () => {
    const notes = [
      [20, { type: "dtmf", digit: "7", durationMs: 80 }],
      [30, ended("caller-hung-up")],
    ] as const;
    const { call, warnings } = await callerOf(await saved(notes));
    const script = call.script.start({ callId: "", plain: info.format });
    expect(script.dueAt).toBe(20);
    const agent = { speaking: false, speakingSince: 0, quietSince: 0, spokeAtAll: false, turns: 0 };
    expect(script.next(20, agent)).toMatchObject({ isMute: true, keys: [{ digit: "0", durationMs: 80 }] });
    expect(warnings).toEqual([expect.stringMatching(/--show-personal/)]);
    const shown = await callerOf(await saved(notes, { showPersonal: true }));
    expect(shown.warnings).toEqual([]);
  });
});

describe("a recording that cannot be replayed says so", () => {
  const good = () =>
    saved([
      [20, frame(1)],
      [40, frame(2)],
      [50, ended("caller-hung-up", 2)],
    ]);
  const damage = (folder: string, edit: (text: string) => string) => {
    const path = join(folder, "events.jsonl");
    writeFileSync(path, edit(readFileSync(path, "utf8")));
  };

  test("payloads that overlap", async () => {
    const folder = await good();
    damage(folder, (text) => text.replace('"offset":160', '"offset":0'));
    await expect(callerOf(folder)).rejects.toMatchObject({ code: "bad-recording" });
  });

  test("times that no call can have", async () => {
    const folder = await good();
    damage(folder, (text) => text.replace('"t":40000', `"t":${48 * 3600e6}`));
    await expect(callerOf(folder)).rejects.toMatchObject({ code: "bad-recording" });
  });

  test("nothing of what was said", async () => {
    const folder = await good();
    damage(folder, (text) => text.replace(/.*caller\.bin.*\n/g, ""));
    await expect(callerOf(folder)).rejects.toThrow(/nothing of what the caller said/);
  });

  test("one that was cut off is a call up to there, in both timings", async () => {
    const folder = await good();
    damage(folder, (text) => text.replace(/.*call-ended.*\n/, ""));
    expect((await callerOf(folder)).durationMs).toBe(40);
    expect((await callerOf(folder, "turns")).durationMs).toBe(40);
  });
});

describe("which recordings are meant", () => {
  const make = (...parts: string[]) => {
    const path = join(root, ...parts);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "call.json"), "{}");
    return path;
  };

  test("a call, or those in a folder by their names, each once", async () => {
    const [b, a] = [make("many", "b"), make("many", "a")];
    mkdirSync(join(root, "many", "other"));
    expect(await findRecordings([b])).toEqual([b]);
    expect(await findRecordings([join(root, "many"), b])).toEqual([a, b]);
  });

  test("none is an error that says what to do", async () => {
    mkdirSync(join(root, "empty"));
    for (const name of ["empty", "absent"])
      await expect(findRecordings([join(root, name)])).rejects.toMatchObject({
        code: "bad-recording",
        fix: expect.stringMatching(/record/),
      });
  });
});
