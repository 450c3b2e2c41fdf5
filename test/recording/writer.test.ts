import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CallEvent } from "../../src/call/events.js";
import {
  agentAudio,
  callerAudio,
  ended,
  record,
  started,
  startRecorder,
  temporaryFolder,
  WALL,
} from "./calls.js";

const json = async (folder: string) => JSON.parse(await readFile(join(folder, "call.json"), "utf8"));
const lines = async (folder: string) =>
  (await readFile(join(folder, "events.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a recorded call", () => {
  it("holds the exact payload bytes, and says where and when", async () => {
    const heard = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), new Uint8Array(500).fill(9)];
    const said = [Uint8Array.of(7, 7), Uint8Array.of(8)];
    const folder = await record(await temporaryFolder(), [
      started({ at: 5 }),
      callerAudio(20.0004, heard[0]),
      agentAudio(25, 85.5, said[0]),
      callerAudio(40, heard[1]),
      callerAudio(300, heard[2]),
      agentAudio(305, 305, said[1]),
      ended(400),
    ]);
    expect(await readFile(join(folder, "caller.bin"))).toEqual(Buffer.concat(heard));
    expect(await readFile(join(folder, "agent.bin"))).toEqual(Buffer.concat(said));
    const caller = { leg: "pbx", dir: "in", type: "media", file: "caller.bin" };
    const agent = { leg: "pbx", dir: "out", type: "media", file: "agent.bin" };
    expect((await lines(folder)).slice(1, -1)).toEqual([
      { t: 20000, ...caller, offset: 0, length: 3 },
      { t: 25000, ...agent, offset: 0, length: 2, heardT: 85500 },
      { t: 40000, ...caller, offset: 3, length: 1 },
      { t: 300000, ...caller, offset: 4, length: 500 },
      { t: 305000, ...agent, offset: 2, length: 1, heardT: 305000 },
    ]);
  });

  it("is private, closed at the end, and sealed with hashes", async () => {
    const folder = await record(await temporaryFolder(), [
      started(),
      callerAudio(20, new Uint8Array(160)),
      ended(1500),
    ]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await readdir(folder)).sort()).toEqual([
      "agent.bin",
      "call.json",
      "call.wav",
      "caller.bin",
      "events.jsonl",
    ]);
    const call = await json(folder);
    expect(call).toMatchObject({
      version: 1,
      state: "closed",
      source: "serve",
      callId: "call-1",
      otherLegCallId: "leg-2",
      accountId: "acc-1",
      caller: "+94 77 *** **12",
      callee: "+94 11 *** **00",
      personal: "masked",
      format: { encoding: "g711_ulaw", sampleRate: 8000 },
      agent: "echo",
      startedAt: "2026-11-22T12:59:00.123Z",
      endedAt: "2026-11-22T12:59:01.623Z",
      reason: "caller-hung-up",
      summary: { durationMs: 1500 },
      counts: { events: 3, callerPayloads: 1, callerBytes: 160, agentPayloads: 0, agentBytes: 0 },
    });
    for (const [name, { bytes, sha256 }] of Object.entries<{ bytes: number; sha256: string }>(call.files)) {
      const content = await readFile(join(folder, name));
      expect(content.length).toBe(bytes);
      expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
    }
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it("masks personal data and leaves out secrets", async () => {
    const raw = {
      event: "start",
      start: {
        callId: "94771234512",
        callerIdNumber: "+94771234512",
        calleeIdNumber: 94112000000,
        callerName: "Nimal",
        diversion: ["sip:+94771234512@pbx"],
        customParameters: { apiKey: "sk-1", token: { value: "sk-2" } },
      },
    };
    const events: CallEvent[] = [
      started({ raw }),
      { at: 1, type: "dtmf", digit: "7", durationMs: 80 },
      { at: 2, type: "transcript", who: "caller", text: "my PIN is 7", spokenAt: 1 },
      { at: 3, type: "hangup", reason: "0771234512 hung up" },
      ended(4),
    ];
    const agent = "websocket:wss://me:pw@host/x?api_key=sk-3&voice=a";
    const directory = await temporaryFolder();
    const masked = await record(directory, events, { agent });
    expect(await lines(masked)).toMatchObject([
      {
        t: 0,
        leg: "pbx",
        dir: "in",
        type: "start",
        message: {
          event: "start",
          start: {
            callId: "94771234512",
            callerIdNumber: "+94 77 *** **12",
            calleeIdNumber: "94 11 *** **00",
            callerName: "***",
            diversion: ["sip:+94 77 *** **12@pbx"],
            customParameters: { apiKey: "***", token: "***" },
          },
        },
      },
      { leg: "pbx", dir: "in", type: "dtmf", digit: "?", durationMs: 80 },
      { leg: "agent", dir: "in", type: "transcript", who: "caller", text: "[11 characters]", spokenT: 1000 },
      { type: "hangup", reason: "07 71 *** *12 hung up" },
      { leg: "pbx", dir: "in", type: "call-ended", reason: "caller-hung-up" },
    ]);
    expect((await json(masked)).agent).toBe("websocket:wss://***@host/x?api_key=***&voice=a");

    const shown = await record(directory, events, { agent, showPersonal: true });
    expect(await lines(shown)).toMatchObject([
      {
        message: {
          start: { callerIdNumber: "+94771234512", customParameters: { apiKey: "***", token: "***" } },
        },
      },
      { digit: "7" },
      { text: "my PIN is 7" },
      { reason: "0771234512 hung up" },
      {},
    ]);
    expect(await json(shown)).toMatchObject({ caller: "+94771234512", personal: "shown" });
  });

  it("has one line for each thing that happens, on the leg where it happened", async () => {
    const events: CallEvent[] = [
      { at: 1, type: "fault", code: "media-before-start", detail: "media came before start" },
      started({ at: 2 }),
      { at: 3, type: "agent-ready", passthrough: false },
      { at: 4, type: "agent-leg-audio", dir: "out", bytes: 960 },
      { at: 5, type: "agent-leg-audio", dir: "in", bytes: 961 },
      { at: 6, type: "speech-started", who: "caller" },
      { at: 7, type: "speech-ended", who: "agent", lastVoicedAt: 6.5 },
      { at: 8, type: "turn", firstAudioMs: 120 },
      { at: 9, type: "greeting", greetingMs: 9 },
      { at: 10, type: "turn-ended" },
      { at: 11, type: "barge-in", heardMs: 5, droppedMs: 7 },
      { at: 12, type: "warning", code: "congested", message: "slow" },
      ended(13),
    ];
    const folder = await record(await temporaryFolder(), events);
    expect((await lines(folder)).map(({ t, leg, dir, type }) => `${t} ${leg} ${dir} ${type}`)).toEqual([
      "1000 pbx in fault",
      "2000 pbx in start",
      "3000 agent in agent-ready",
      "4000 agent out media",
      "5000 agent in media",
      "6000 pbx in speech-started",
      "7000 pbx out speech-ended",
      "8000 pbx out turn",
      "9000 pbx out greeting",
      "10000 agent in turn-ended",
      "11000 agent out barge-in",
      "12000 agent in warning",
      "13000 pbx in call-ended",
    ]);
    expect((await lines(folder))[6]).toMatchObject({ who: "agent", lastVoicedT: 6500 });
  });
});

describe("while the call runs", () => {
  it("is readable, open, and grows every flush", async () => {
    const { recorder, clock, play } = startRecorder(await temporaryFolder());
    play([started(), callerAudio(20, new Uint8Array(160)), callerAudio(40, new Uint8Array(160))]);
    clock.advance(250);
    await expect
      .poll(async () => (await stat(join(recorder.folder()!, "events.jsonl"))).size)
      .toBeGreaterThan(0);
    expect(await json(recorder.folder()!)).toMatchObject({ version: 1, state: "open", callId: "call-1" });
    expect(await lines(recorder.folder()!)).toHaveLength(3);
    await recorder.close();
  });

  it("stays open when it is closed before the call ended, and takes nothing more", async () => {
    const { recorder, play } = startRecorder(await temporaryFolder());
    play([started(), callerAudio(20, new Uint8Array(3))]);
    await recorder.close();
    play([callerAudio(40, new Uint8Array(3)), ended(60)]);
    await recorder.close();
    expect(await json(recorder.folder()!)).toMatchObject({ state: "open" });
    expect(await readFile(join(recorder.folder()!, "caller.bin"))).toHaveLength(3);
  });
});

describe("the folder", () => {
  it.each([
    ["call-1", "call-1"],
    ["../../x", "_.._x"],
    ["..", "call"],
    ["", "call"],
    [".hidden", "hidden"],
    ["a/b\\c:d\u0000e\nf 🏠", "a_b_c_d_e_f___"],
    ["x".repeat(10_000), "x".repeat(64)],
  ])("of call %j ends in %s", async (callId, name) => {
    const directory = await temporaryFolder();
    const folder = await record(directory, [started({ callId }), ended(1)]);
    expect(dirname(folder)).toBe(directory);
    expect(basename(folder)).toBe(`20261122T125900.123Z-${name}`);
    expect(await json(folder)).toMatchObject({ state: "closed", callId });
  });

  it("gives every call its own", async () => {
    const directory = join(await temporaryFolder(), "not", "yet");
    for (let i = 0; i < 3; i++) await record(directory, [started(), ended(1)]);
    const name = "20261122T125900.123Z-call-1";
    expect((await readdir(directory)).sort()).toEqual([name, `${name}-2`, `${name}-3`]);
  });

  it("is named after the moment the socket opened", async () => {
    const folder = await record(await temporaryFolder(), [started({ at: 1000 }), ended(1200)]);
    expect(Date.parse((await json(folder)).startedAt)).toBe(WALL);
  });

  it("does not come to be when the call never starts", async () => {
    const directory = await temporaryFolder();
    const { recorder, play } = startRecorder(directory);
    play([
      { at: 1, type: "warning", code: "x", message: "y" },
      { ...ended(2), reason: "no-start" } as CallEvent,
    ]);
    await recorder.close();
    expect(recorder.folder()).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("a disk that fails", () => {
  it("costs one warning and nothing else", async () => {
    const directory = join(await temporaryFolder(), "a-file", "recordings");
    await writeFile(dirname(directory), "in the way");
    const { recorder, warnings, clock, play } = startRecorder(directory);
    play([started(), callerAudio(20, new Uint8Array(160))]);
    clock.advance(1000);
    await expect.poll(() => warnings).toHaveLength(1);
    play([callerAudio(1040, new Uint8Array(160)), ended(2000)]);
    await recorder.close();
    expect(warnings).toEqual([
      expect.stringMatching(/^recording-failed: cannot record to .*recordings: ENOTDIR/),
    ]);
    expect(recorder.folder()).toBeUndefined();
  });

  it("that does not keep up is given up, with bounded memory", async () => {
    const { recorder, warnings, play } = startRecorder(await temporaryFolder());
    const megabyte = new Uint8Array(1024 * 1024);
    play([started(), ...Array.from({ length: 20 }, () => callerAudio(0, megabyte)), ended(1)]);
    await recorder.close();
    expect(warnings).toEqual([expect.stringMatching(/^recording-failed: .*does not keep up/)]);
  });
});

describe("without audio", () => {
  it("keeps what happened and how much was sent, and no sound", async () => {
    const folder = await record(
      await temporaryFolder(),
      [
        started(),
        callerAudio(20, new Uint8Array(160).fill(1)),
        agentAudio(25, 85, new Uint8Array(80).fill(2)),
        ended(100),
      ],
      { noAudio: true },
    );
    expect((await readdir(folder)).sort()).toEqual(["agent.bin", "call.json", "caller.bin", "events.jsonl"]);
    for (const name of ["agent.bin", "caller.bin"]) expect((await stat(join(folder, name))).size).toBe(0);
    const [, heard, said] = await lines(folder);
    expect(heard).toEqual({ t: 20000, leg: "pbx", dir: "in", type: "media", bytes: 160 });
    expect(said).toEqual({ t: 25000, leg: "pbx", dir: "out", type: "media", bytes: 80, heardT: 85000 });
    const call = await json(folder);
    expect(call).toMatchObject({ audio: false, state: "closed" });
    expect(call.counts).toMatchObject({
      callerPayloads: 1,
      callerBytes: 160,
      agentPayloads: 1,
      agentBytes: 80,
    });
    expect(Object.keys(call.files)).toEqual(["events.jsonl", "caller.bin", "agent.bin"]);
  });
});
