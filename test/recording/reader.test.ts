import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { rebuildWav } from "../../src/recording/call-wav.js";
import type { RecordedEvent } from "../../src/recording/format.js";
import { type BadLine, isMedia, openRecording, type Recording } from "../../src/recording/reader.js";
import { agentAudio, callerAudio, ended, record, started, temporaryFolder } from "./calls.js";

async function open(folder: string): Promise<Recording> {
  const recording = await openRecording(folder);
  onTestFinished(() => recording.close());
  return recording;
}

async function allEvents(recording: Recording): Promise<(RecordedEvent | BadLine)[]> {
  const events: (RecordedEvent | BadLine)[] = [];
  for await (const event of recording.events()) events.push(event);
  return events;
}

/** A good recording of three frames each way. */
async function goodRecording(): Promise<string> {
  const frames = [1, 2, 3].flatMap((i) => [
    callerAudio(i * 20, new Uint8Array(160).fill(i)),
    agentAudio(i * 20, i * 20 + 60, new Uint8Array(160).fill(10 + i)),
  ]);
  return record(await temporaryFolder(), [started(), ...frames, ended(100)]);
}

describe("a good recording", () => {
  it("gives back every event and every payload, in order", async () => {
    const recording = await open(await goodRecording());
    expect(recording.call).toMatchObject({ state: "closed", callId: "call-1" });
    const events = await allEvents(recording);
    expect(events.map(({ type }) => type)).toEqual(["start", ...new Array(6).fill("media"), "call-ended"]);
    const payloads = await Promise.all(events.filter(isMedia).map((event) => recording.payload(event)));
    expect(payloads).toEqual([1, 11, 2, 12, 3, 13].map((i) => Buffer.alloc(160, i)));
  });

  it("gives one file's payloads alone", async () => {
    const recording = await open(await goodRecording());
    const offsets: number[] = [];
    for await (const event of recording.media("agent.bin")) {
      expect((await recording.payload(event))[0]).toBe(11 + offsets.length);
      offsets.push(event.offset);
    }
    expect(offsets).toEqual([0, 160, 320]);
  });

  it("round-trips payloads of any sizes, beyond what is read at once", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 50_000 }), { minLength: 1, maxLength: 12 });
    const directory = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(sizes, async (sizes) => {
        const payloads = sizes.map((size, i) => Buffer.alloc(size, i + 1));
        const folder = await record(directory, [
          started(),
          ...payloads.map((bytes, i) => callerAudio(i, bytes)),
          ended(99),
        ]);
        const recording = await openRecording(folder);
        const read: Buffer[] = [];
        for await (const event of recording.media("caller.bin")) read.push(await recording.payload(event));
        await recording.close();
        expect(read.map((bytes, i) => bytes.equals(payloads[i]))).toEqual(payloads.map(() => true));
      }),
      { numRuns: 15 },
    );
  });
});

describe("a recording that was cut off", () => {
  it("ends before its torn last line", async () => {
    const folder = await goodRecording();
    const whole = await allEvents(await open(folder));
    await appendFile(join(folder, "events.jsonl"), '{"t":99,"leg":"pbx","dir":"in","type":"dtmf"}');
    expect(await allEvents(await open(folder))).toEqual(whole);
  });

  it("is at most 250 ms short after kill -9, and its call.wav can be made", async () => {
    const directory = await temporaryFolder();
    const script = fileURLToPath(new URL("recording-process.js", import.meta.url));
    const child: ChildProcess = spawn(process.execPath, [script, directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let toldMs = 0;
    for await (const line of createInterface({ input: child.stdout! })) {
      toldMs = Number(line);
      if (toldMs > 1000) break;
    }
    child.kill("SIGKILL");
    await once(child, "exit");

    const folder = join(directory, (await readdir(directory))[0]);
    const recording = await open(folder);
    expect(recording.call.state).toBe("open");
    const events = await allEvents(recording);
    expect(events.filter(({ type }) => type === "bad-line")).toEqual([]);
    const last = events.filter(isMedia).at(-1)!;
    expect(last.t / 1000).toBeGreaterThan(toldMs - 250);
    let frame = 0;
    for await (const event of recording.media("caller.bin"))
      expect(await recording.payload(event)).toEqual(Buffer.alloc(160, frame++));
    expect(frame).toBeGreaterThan(20);
    await rebuildWav(folder);
    expect((await readFile(join(folder, "call.wav"))).length).toBeGreaterThan(44 + (toldMs - 250) * 8 * 4);
  });
});

describe("a recording that lies", () => {
  const media = { t: 1, leg: "pbx", dir: "in", type: "media", file: "caller.bin", offset: 0, length: 1 };

  it.each([
    ["it points to another file", { ...media, file: "../../etc/passwd" }],
    ["it points to another file", { ...media, file: "call.json" }],
    ["it points to another file", { ...media, file: ["caller.bin"] }],
    ["it points behind the end of caller.bin", { ...media, offset: 480 }],
    ["it points behind the end of caller.bin", { ...media, offset: 2 ** 52 }],
    ["its payload is too long", { ...media, length: 2 ** 40 }],
    ["offset or length is not a count of bytes", { ...media, length: -1 }],
    ["offset or length is not a count of bytes", { ...media, offset: 0.5 }],
    ["offset or length is not a count of bytes", { ...media, offset: "0" }],
    ["plannedT is not a time", { ...media, plannedT: -1 }],
    ["heardT is not a time", { ...media, dir: "out", file: "agent.bin" }],
    ["only media lines have a file", { ...media, type: "start" }],
    ["t is not a time", { ...media, t: -1 }],
    ["leg is neither pbx nor agent", { ...media, leg: "x" }],
    ["dir is neither in nor out", { ...media, dir: null }],
    ["it has no type of ours", { t: 1, leg: "pbx", dir: "in" }],
    ["it has no type of ours", { t: 1, leg: "pbx", dir: "in", type: "bad-line" }],
    ["not a JSON object", []],
  ])("has its line left out: %s", async (detail, line) => {
    const folder = await goodRecording();
    await appendFile(join(folder, "events.jsonl"), `${JSON.stringify(line)}\n`);
    const recording = await open(folder);
    expect((await allEvents(recording)).filter(({ type }) => type === "bad-line")).toEqual([
      { type: "bad-line", line: 9, detail },
    ]);
    let good = 0;
    for await (const event of recording.media("caller.bin")) good += event.length / 160;
    expect(good).toBe(3);
  });

  it("may hold any bytes between its lines", async () => {
    const folder = await goodRecording();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (garbage) => {
        await writeFile(
          join(folder, "events.jsonl"),
          Buffer.concat([garbage, Buffer.from(`\n${JSON.stringify(media)}\n`)]),
        );
        const recording = await openRecording(folder);
        expect((await allEvents(recording)).at(-1)).toEqual(media);
        await recording.close();
      }),
      { numRuns: 50 },
    );
  });

  it("may have a line without end", async () => {
    const folder = await goodRecording();
    await writeFile(join(folder, "events.jsonl"), `${"x".repeat(9_000_000)}\n${JSON.stringify(media)}\n`);
    expect(await allEvents(await open(folder))).toEqual([
      { type: "bad-line", line: 1, detail: "too long" },
      media,
    ]);
  });

  it.each([
    ["its call.json is not a JSON object", "nonsense"],
    ["its call.json is not a JSON object", "[]"],
    ["its call.json is too big", " ".repeat(2_000_000)],
    ["its version is not 1", '{"version":2,"state":"open"}'],
    ["its state is neither open nor closed", '{"version":1,"state":"ajar"}'],
    ["it has no callId", '{"version":1,"state":"open"}'],
    ["it has no start", '{"version":1,"state":"open","callId":"c","startedAt":"soon"}'],
    [
      "its format is unknown",
      '{"version":1,"state":"open","callId":"c","startedAt":"2026-01-01T00:00:00Z","format":null}',
    ],
  ])("is not opened: %s", async (what, content) => {
    const folder = await goodRecording();
    await writeFile(join(folder, "call.json"), content);
    await expect(openRecording(folder)).rejects.toMatchObject({
      code: "bad-recording",
      message: `${folder} is not a recording: ${what}`,
      fix: expect.stringContaining("call.json"),
    });
  });

  it("is not opened when a file is missing, a folder, or a link to somewhere else", async () => {
    for (const name of ["call.json", "events.jsonl", "caller.bin", "agent.bin"]) {
      const folder = await goodRecording();
      await rm(join(folder, name));
      await expect(openRecording(folder)).rejects.toMatchObject({ code: "bad-recording" });
      await symlink("/etc/hostname", join(folder, name));
      await expect(openRecording(folder)).rejects.toMatchObject({ code: "bad-recording" });
    }
    await expect(openRecording("/nowhere/at/all")).rejects.toMatchObject({ code: "bad-recording" });
  });
});
