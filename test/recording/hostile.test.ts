/** Recordings that crashes, disks and strangers have been at: nobody who reads one fails in an unknown way, or touches what is outside. */
import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openScore } from "../../src/agents/recording/library.js";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { loadOpus } from "../../src/audio/opus.js";
import { OpusFramer } from "../../src/audio/opus-framing.js";
import { BridgeError } from "../../src/errors.js";
import { analyseRecording } from "../../src/recording/analyse.js";
import { rebuildWav } from "../../src/recording/call-wav.js";
import { exportHar } from "../../src/recording/export/har.js";
import { exportSides } from "../../src/recording/export/sides.js";
import { exportVcon } from "../../src/recording/export/vcon.js";
import { openRecording, type Recording } from "../../src/recording/reader.js";
import { writeRedacted } from "../../src/recording/redact-recording.js";
import { repairRecording } from "../../src/recording/repair.js";
import { copyRecording, replaceRecording } from "../../src/recording/swap-folder.js";
import { recordedCaller } from "../../src/replay/recorded-caller.js";
import { agentAudio, callerAudio, ended, record, started, temporaryFolder } from "./calls.js";
import { eventfulCall } from "./export/call.js";

const CREATOR = { name: "smartpbx-bridge", version: "0" };
const SILENCE = { silence: [{ from: 200, to: 700 }], side: "both" } as const;
const FILES = ["call.json", "events.jsonl", "caller.bin", "agent.bin", "call.wav"];

async function reading<T>(folder: string, use: (recording: Recording) => Promise<T>): Promise<T> {
  const recording = await openRecording(folder);
  return use(recording).finally(() => recording.close());
}

/** Everything that reads or changes a recording, by name. `place` is a folder for what is written. */
const USERS: Readonly<Record<string, (folder: string, place: string) => Promise<unknown>>> = {
  analyse: (folder) => analyseRecording(folder),
  har: (folder, place) =>
    reading(folder, async (recording) => {
      await exportHar(recording, join(place, "har"), CREATOR);
      JSON.parse(await readFile(join(place, "har"), "utf8"));
    }),
  vcon: (folder, place) =>
    reading(folder, async (recording) => {
      const analysis = await analyseRecording(recording);
      await exportVcon(recording, join(place, "vcon"), { analysis, creator: CREATOR, now: new Date() });
      JSON.parse(await readFile(join(place, "vcon"), "utf8"));
    }),
  sides: (folder, place) => reading(folder, (recording) => exportSides(recording, join(place, "sides"))),
  "replay, exact": (folder) => reading(folder, (recording) => recordedCaller(recording, { timing: "exact" })),
  "replay, turns": (folder) =>
    reading(folder, (recording) => recordedCaller(recording, { timing: "turns", agentSpeech: [] })),
  "replay as agent": async (folder) => (await openScore(folder)).recording.close(),
  "redact, elsewhere": (folder, place) =>
    copyRecording(folder, join(place, "redacted"), (from, to) => writeRedacted(from, to, SILENCE)),
  wav: (folder) => rebuildWav(folder),
  repair: (folder) => repairRecording(folder, 0),
  redact: (folder) => replaceRecording(folder, (from, to) => writeRedacted(from, to, SILENCE)),
};

/** Runs all of them over a recording. @returns what each said, `fine` when nothing. */
async function useAll(folder: string): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const [name, use] of Object.entries(USERS)) {
    const place = await temporaryFolder();
    said[name] = await use(folder, place).then(
      () => "fine",
      (error: unknown) => {
        if (error instanceof BridgeError) return error.code;
        throw new Error(`${name}: ${error instanceof Error ? error.stack : error}`, { cause: error });
      },
    );
    await rm(place, { recursive: true, force: true });
  }
  return said;
}

/** Three quarters of a second of everything, over the wire in Ogg. */
async function oggCall(directory: string): Promise<string> {
  const opus = await loadOpus();
  const encoder = opus.createEncoder(48000);
  const [one, other] = [new OpusFramer("ogg"), new OpusFramer("ogg")];
  const events = [started({ format: PORTAL_FORMATS.opus })];
  for (let k = 0; k < 40; k++) {
    const packet = encoder.encode(Int16Array.from({ length: 960 }, (_, i) => 9000 * Math.sin((i * k) / 70)));
    events.push(
      callerAudio(k * 20, one.frame(packet)),
      agentAudio(k * 20 + 1, k * 20 + 61, other.frame(packet)),
    );
  }
  encoder.free();
  return record(directory, [...events, ended(900)]);
}

/** A second of it. */
async function shortCall(directory: string): Promise<string> {
  const events = eventfulCall().map((event) => ({ ...event, at: event.at / 6 }));
  return record(directory, events, { showPersonal: true });
}

type Mutation = (bytes: Buffer) => Buffer;
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const lines = (bytes: Buffer) => bytes.toString("latin1").split("\n");
const joined = (all: string[]) => Buffer.from(all.join("\n"), "latin1");
const FIELD = /"[\w-]+":("[^"]*"|[\d.]+|true|false|null|\{\}|\[\])/g;

/** Values that no recorder writes. */
const odd = fc.oneof(
  fc.constantFrom(
    "-1",
    "1e300",
    "1e-300",
    "9007199254740991",
    "2592000000000",
    "null",
    "true",
    "[]",
    "{}",
    '""',
  ),
  fc.constantFrom(
    '"../../etc/passwd"',
    '"\\ud83d"',
    '"\\u0000"',
    '"media"',
    '"agent.bin"',
    '"NaN"',
    "0.5",
    '"call-ended"',
  ),
  fc.integer().map(String),
  fc.json({ maxDepth: 3 }),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(([at, value]) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[Math.floor(at * changed.length)] = value;
    return changed;
  }),
  place.map((at) => (bytes: Buffer) => bytes.subarray(0, Math.floor(at * bytes.length))),
  place.map((at) => (bytes: Buffer) => bytes.subarray(Math.floor(at * bytes.length))),
  fc.tuple(place, place).map(([a, b]) => (bytes: Buffer) => {
    const all = lines(bytes);
    const moved = all.splice(Math.floor(a * all.length), 1);
    all.splice(Math.floor(b * all.length), 0, ...moved);
    return joined(all);
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 30 })).map(([at, times]) => (bytes: Buffer) => {
    const all = lines(bytes);
    const k = Math.floor(at * all.length);
    all.splice(k, 0, ...new Array(times).fill(all[k]));
    return joined(all);
  }),
  fc.tuple(place, place, odd).map(([line, field, value]) => (bytes: Buffer) => {
    const all = lines(bytes);
    const k = Math.floor(line * all.length);
    const fields = [...all[k].matchAll(FIELD)];
    const chosen = fields[Math.floor(field * fields.length)];
    if (!chosen) return bytes;
    const [text, old] = chosen;
    const changed = text.slice(0, text.length - old.length) + value;
    all[k] = all[k].slice(0, chosen.index) + changed + all[k].slice(chosen.index + text.length);
    return Buffer.from(all.join("\n"), "utf8");
  }),
);

describe("a damaged recording", () => {
  it("is read, refused or repaired, and never more than that", async () => {
    const source = await temporaryFolder();
    const calls = [await shortCall(join(source, "a")), await oggCall(join(source, "b"))];
    const changes = fc.array(fc.tuple(fc.constantFrom("events.jsonl", "events.jsonl", ...FILES), mutation), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...calls), fc.boolean(), changes, async (call, isOpen, changes) => {
        const outside = await temporaryFolder();
        const folder = join(outside, "call");
        await cp(call, folder, { recursive: true });
        if (isOpen) {
          const text = await readFile(join(folder, "call.json"), "utf8");
          await writeFile(join(folder, "call.json"), text.replace('"closed"', '"open"'));
        }
        for (const [file, change] of changes)
          await writeFile(join(folder, file), change(await readFile(join(folder, file))));
        const before = await openRecording(folder).then(
          (recording) => recording.close().then(() => "opens"),
          () => "does not open",
        );
        const said = await useAll(folder);
        expect(await readdir(outside)).toEqual(["call"]);
        if (before === "opens") await (await openRecording(folder)).close();
        else expect(new Set(Object.values(said))).toEqual(new Set(["bad-recording"]));
        await rm(outside, { recursive: true });
      }),
      { numRuns: Number(process.env.HOSTILE_RUNS ?? 10) },
    );
  });
});

describe("a hostile recording", () => {
  const media = { t: 1, leg: "pbx", dir: "in", type: "media", file: "caller.bin", offset: 0, length: 1 };
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;

  it.each<[string, (folder: string) => Promise<unknown>]>([
    ["is of another version", (folder) => change(folder, { version: 2 })],
    ["has a caller that is no text", (folder) => change(folder, { caller: 94 })],
    ["has an account that is missing", (folder) => change(folder, { accountId: undefined })],
    ["has a summary that is none", (folder) => change(folder, { summary: [] })],
    [
      "began before there were computers",
      (folder) => change(folder, { startedAt: "-020000-01-01T00:00:00Z" }),
    ],
    ["is nested too deeply", (folder) => writeFile(join(folder, "call.json"), `{"version":1,"x":${deep}}`)],
    ["is a list", (folder) => writeFile(join(folder, "call.json"), "[]")],
    ["lost its events", (folder) => rm(join(folder, "events.jsonl"))],
    [
      "has a folder for a file",
      async (folder) => {
        await rm(join(folder, "caller.bin"));
        await mkdir(join(folder, "caller.bin"));
      },
    ],
    [
      "has a pipe for a file",
      async (folder) => {
        await rm(join(folder, "agent.bin"));
        execFileSync("mkfifo", [join(folder, "agent.bin")]);
      },
    ],
    [
      "leads elsewhere",
      async (folder) => {
        await rm(join(folder, "events.jsonl"));
        await symlink("/etc/passwd", join(folder, "events.jsonl"));
      },
    ],
  ])("that %s is refused by everyone", async (_, spoil) => {
    const folder = await shortCall(await temporaryFolder());
    await spoil(folder);
    const names = await readdir(folder);
    expect(new Set(Object.values(await useAll(folder)))).toEqual(new Set(["bad-recording"]));
    expect((await readdir(folder)).sort()).toEqual(names.sort());
  });

  it("with lines of every kind of harm is read around them", async () => {
    const folder = await shortCall(await temporaryFolder());
    const events = join(folder, "events.jsonl");
    const good = await readFile(events, "utf8");
    const harm = [
      `{"t":5,"leg":"pbx","dir":"in","type":"start","message":${deep}}`,
      JSON.stringify({ ...media, file: "../../../etc/passwd" }),
      JSON.stringify({ ...media, length: 2 ** 40 }),
      JSON.stringify({ ...media, t: 2 ** 53 }),
      '{"t":NaN,"leg":"pbx","dir":"in","type":"dtmf","digit":"1"}',
      '{"t":6,"t":-6,"leg":"pbx","dir":"in","type":"dtmf","digit":"1"}',
      '{"t":7,"leg":"pbx","dir":"in","type":"transcript","who":"caller","text":"\\ud83d","spokenT":-1e300}',
      `{"t":8,"leg":"agent","dir":"in","type":"__proto__","toString":1}`,
      `${"x".repeat(5_000_000)}`,
    ];
    await writeFile(events, `${harm.join("\n")}\n${good}`);
    const said = await useAll(folder);
    expect(said.analyse).toBe("fine");
    expect(said).toMatchObject({ har: "fine", vcon: "fine", sides: "fine", wav: "fine", redact: "fine" });
    expect(said.repair).toBe("bad-recording");
    expect(await readFile(events, "utf8")).not.toMatch(/x{100}|passwd/);
  });

  it("cannot make a copy larger than itself", async () => {
    const folder = await shortCall(await temporaryFolder());
    await truncate(join(folder, "caller.bin"), 1_000_000);
    const all = { ...media, length: 1_000_000 };
    await writeFile(join(folder, "events.jsonl"), `${JSON.stringify(all)}\n`.repeat(200));
    const place = await temporaryFolder();
    const copying = copyRecording(folder, join(place, "copy"), (from, to) =>
      writeRedacted(from, to, { silence: [], side: "both" }),
    );
    await expect(copying).rejects.toMatchObject({
      code: "bad-recording",
      message: expect.stringContaining("one over the other"),
    });
    expect(await readdir(place)).toEqual([]);
  });

  async function change(folder: string, fields: object): Promise<void> {
    const path = join(folder, "call.json");
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...fields }));
  }
});
