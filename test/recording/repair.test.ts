import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { analyseRecording } from "../../src/recording/analyse.js";
import type { CallFile } from "../../src/recording/format.js";
import { repairRecording } from "../../src/recording/repair.js";
import { record, startRecorder, temporaryFolder } from "./calls.js";
import { eventfulCall } from "./export/call.js";

const callOf = async (folder: string): Promise<CallFile> =>
  JSON.parse(await readFile(join(folder, "call.json"), "utf8"));

/** Every file of a folder, with its content. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const files = names.map(async (name) => [name, (await readFile(join(folder, name))).toString("hex")]);
  return Object.fromEntries(await Promise.all(files));
}

async function cutOff(options: { noAudio?: boolean } = {}): Promise<string> {
  const { recorder, play } = startRecorder(await temporaryFolder(), options);
  play(eventfulCall().slice(0, -1));
  await recorder.close();
  return recorder.folder() as string;
}

describe("a recording that was cut off", () => {
  it("is closed, without a reason that nobody knows", async () => {
    const folder = await cutOff();
    const lines = await readFile(join(folder, "events.jsonl"), "utf8");
    await appendFile(join(folder, "events.jsonl"), '{"t":5999999,"leg":"pb');
    await appendFile(join(folder, "caller.bin"), "behind the last line");
    const { outcome, done } = await repairRecording(folder);
    expect(outcome).toBe("repaired");
    expect(done).toEqual([
      "dropped a torn last line of 22 bytes",
      "made call.wav",
      "closed it: cut off: the recording ends before the call does",
    ]);
    expect(await readFile(join(folder, "events.jsonl"), "utf8")).toBe(lines);
    const call = await callOf(folder);
    const agentPayloads = lines.split('"agent.bin"').length - 1;
    expect(call).toMatchObject({
      state: "closed",
      endedAt: "2026-11-22T12:59:06.023Z",
      detail: "cut off: the recording ends before the call does",
      counts: { callerPayloads: 290, callerBytes: 290 * 160, agentPayloads, agentBytes: agentPayloads * 160 },
      files: { "caller.bin": { bytes: 290 * 160 + 20 } },
    });
    expect(call).not.toHaveProperty("reason");
    expect((await analyseRecording(folder)).end).toBeUndefined();
    const repaired = await contents(folder);
    expect(await repairRecording(folder)).toEqual({ outcome: "healthy", done: [] });
    expect(await contents(folder)).toEqual(repaired);
  });

  it("is what it would have been when only call.json was late", async () => {
    const folder = await record(await temporaryFolder(), eventfulCall());
    const whole = await contents(folder);
    const { endedAt, reason, detail, summary, counts, files, ...begun } = await callOf(folder);
    await writeFile(join(folder, "call.json"), JSON.stringify({ ...begun, state: "open" }));
    await rm(join(folder, "call.wav"));
    await repairRecording(folder);
    expect(await callOf(folder)).toEqual({ ...begun, endedAt, reason, detail, summary, counts, files });
    expect(await contents(folder)).toEqual(whole);
  });

  it("may have no sound, or nothing at all", async () => {
    const silent = await cutOff({ noAudio: true });
    expect((await repairRecording(silent)).done).toHaveLength(1);
    expect(await callOf(silent)).toMatchObject({
      state: "closed",
      audio: false,
      counts: { callerPayloads: 290 },
    });
    expect(await readdir(silent)).not.toContain("call.wav");
    const empty = await cutOff();
    for (const name of ["events.jsonl", "caller.bin", "agent.bin"]) await truncate(join(empty, name), 0);
    await repairRecording(empty);
    expect(await callOf(empty)).toMatchObject({ counts: { events: 0 }, endedAt: "2026-11-22T12:59:00.123Z" });
    expect((await stat(join(empty, "call.wav"))).size).toBe(44);
  });
});

describe("a closed recording", () => {
  it("is left alone, but for its call.wav", async () => {
    const folder = await record(await temporaryFolder(), eventfulCall());
    const whole = await contents(folder);
    expect(await repairRecording(folder)).toEqual({ outcome: "healthy", done: [] });
    expect(await contents(folder)).toEqual(whole);
    await truncate(join(folder, "call.wav"), 1000);
    expect((await repairRecording(folder)).done).toEqual(["made call.wav again"]);
    expect(await contents(folder)).toEqual(whole);
    await rm(join(folder, "call.wav"));
    expect((await repairRecording(folder)).done).toEqual(["made call.wav again"]);
    expect(await contents(folder)).toEqual(whole);
  });

  it("that was changed is not made to look whole", async () => {
    const folder = await record(await temporaryFolder(), eventfulCall());
    await appendFile(join(folder, "caller.bin"), "more");
    const changed = await contents(folder);
    await expect(repairRecording(folder)).rejects.toMatchObject({
      code: "bad-recording",
      message: `${folder} was changed after the call: caller.bin`,
    });
    expect(await contents(folder)).toEqual(changed);
  });
});

it("completes what kill -9 left, and does not touch a call that runs", async () => {
  const directory = await temporaryFolder();
  const script = fileURLToPath(new URL("recording-process.js", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout! })) if (Number(line) > 600) break;
  child.stdout!.resume();
  const folder = join(directory, (await readdir(directory))[0]);
  await expect(repairRecording(folder)).rejects.toMatchObject({
    code: "bad-recording",
    message: `${folder} is still being recorded`,
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await repairRecording(folder)).outcome).toBe("repaired");
  const { state, counts, files } = await callOf(folder);
  expect(state).toBe("closed");
  expect(counts!.callerPayloads).toBeGreaterThan(20);
  expect(files!["call.wav"].bytes).toBeGreaterThan(44 + 20 * 20 * 8 * 4);
  expect(await repairRecording(folder)).toEqual({ outcome: "healthy", done: [] });
  const analysis = await analyseRecording(folder);
  expect(analysis.caller.payloads).toBe(counts!.callerPayloads);
});
