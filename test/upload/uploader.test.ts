import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ManualClock } from "../../src/clock.js";
import { factsOfFiles, writeCallFile } from "../../src/recording/call-file.js";
import { writeRedacted } from "../../src/recording/redact-recording.js";
import { replaceRecording } from "../../src/recording/swap-folder.js";
import { openS3 } from "../../src/upload/s3-store.js";
import { Uploader, type UploaderOptions } from "../../src/upload/uploader.js";
import { callerAudio, ended, record, started, startRecorder, temporaryFolder } from "../recording/calls.js";
import { BUCKET, KEYS, Store } from "./store.js";

const PART_BYTES = 5 * 1024 * 1024;
const FILES = ["agent.bin", "call.json", "call.wav", "caller.bin", "events.jsonl"];

beforeEach(() => {
  for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
});

const aCall = (directory: string, callId = "call-1") =>
  record(directory, [started({ callId }), callerAudio(20, randomBytes(160)), ended(1500)]);

/** A recording of which caller.bin is as large as that of an hour and more. */
async function aLongCall(directory: string, bytes: number): Promise<string> {
  const folder = await aCall(directory, "long");
  await writeFile(join(folder, "caller.bin"), randomBytes(bytes));
  const call = JSON.parse(await readFile(join(folder, "call.json"), "utf8"));
  await writeCallFile(folder, { ...call, files: await factsOfFiles(folder, call) });
  return folder;
}

async function contents(folder: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(folder)).filter((name) => FILES.includes(name));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  );
}

interface Started {
  readonly uploader: Uploader;
  readonly clock: ManualClock;
  readonly warnings: string[];
  readonly uploaded: string[];
  idle(): Promise<void>;
}

async function startUploader(
  store: Store,
  directory: string,
  options: Partial<UploaderOptions> & { bucket?: string; prefix?: string } = {},
): Promise<Started> {
  const clock = new ManualClock(Date.now());
  const { bucket = BUCKET, prefix = "of/2026/", ...rest } = options;
  const warnings: string[] = [];
  const uploaded: string[] = [];
  const uploader = new Uploader({
    directory,
    store: await openS3({ bucket, prefix, endpoint: store.endpoint, env: {}, clock }),
    deletes: false,
    abandonedMs: 600_000,
    clock,
    onWarning: (code, message) => void warnings.push(`${code}: ${message}`),
    onUploaded: (folder) => void uploaded.push(basename(folder)),
    partBytes: PART_BYTES,
    ...rest,
  });
  onTestFinished(async () => void (await stop(uploader, clock)));
  // Whoever closes waits for all that is on its way; a second closing finds nothing.
  return { uploader, clock, warnings, uploaded, idle: async () => void (await uploader.close(1e9)) };
}

/** At once: time stands still, so that the limit must be moved to. */
function stop(uploader: Uploader, clock: ManualClock): Promise<number> {
  const closing = uploader.close(0);
  clock.advance(0);
  return closing;
}

describe("a finished recording", () => {
  it("is uploaded byte for byte, call.json last, and never again", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const earlier = await aCall(directory, "earlier");
    const first = await startUploader(store, directory);
    const later = await aCall(directory, "later");
    first.uploader.add(later);
    first.uploader.add(later);
    await first.idle();
    expect(first.warnings).toEqual([]);
    expect(first.uploaded.sort()).toEqual([basename(earlier), basename(later)].sort());
    for (const folder of [earlier, later]) {
      const own = await contents(folder);
      expect(Object.keys(own).sort()).toEqual(FILES);
      for (const [name, bytes] of Object.entries(own))
        expect(await store.object(`of/2026/${basename(folder)}/${name}`), name).toEqual(bytes);
      const puts = store.requests.filter((line) => line.includes(basename(folder)));
      expect(puts.at(-1)).toContain("call.json");
    }
    expect(store.requests).toHaveLength(10);

    const second = await startUploader(store, directory);
    await second.idle();
    expect(second.uploaded).toEqual([]);
    expect(store.requests).toHaveLength(10);
  });

  it("that was redacted since is uploaded anew", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const folder = await aCall(directory);
    await (await startUploader(store, directory)).idle();
    const silence = [{ from: 0, to: 100_000 }];
    await replaceRecording(folder, (from, to) => writeRedacted(from, to, { silence, side: "both" }));
    const again = await startUploader(store, directory);
    await again.idle();
    expect(again.uploaded).toEqual([basename(folder)]);
    expect(await store.object(`of/2026/${basename(folder)}/caller.bin`)).toEqual(Buffer.alloc(160, 0xff));
  });

  it("goes to the new bucket when another is set", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    await aCall(directory);
    await (await startUploader(store, directory)).idle();
    await (await startUploader(store, directory, { prefix: "" })).idle();
    expect(store.names().filter((name) => name.endsWith("call.json"))).toHaveLength(2);
  });

  it("is deleted here once it is there, when that is asked for; other files stay", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const [plain, noted] = [await aCall(directory, "plain"), await aCall(directory, "noted")];
    await writeFile(join(noted, "expect.yaml"), "calls: 1\n");
    await (await startUploader(store, directory, { deletes: true })).idle();
    expect(existsSync(plain)).toBe(false);
    expect(await readdir(noted)).toEqual(["expect.yaml"]);
    expect(store.names()).toHaveLength(10);
  });

  it("is deleted by the next process when the first was killed in the middle of it", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const folder = await aCall(directory);
    await (await startUploader(store, directory)).idle();
    const mark = JSON.parse(await readFile(join(folder, "upload.json"), "utf8"));
    await writeFile(join(folder, "upload.json"), JSON.stringify({ ...mark, delete: true }));
    await rm(join(folder, "call.json"));
    await (await startUploader(store, directory)).idle();
    expect(existsSync(folder)).toBe(false);
  });
});

describe("a large file", () => {
  it("goes in parts, and a later process sends only those that are missing", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const folder = await aLongCall(directory, 3 * PART_BYTES - 7);
    store.stallAfterBytes = 2.5 * PART_BYTES;
    const first = await startUploader(store, directory, { atOnce: 1 });
    await vi.waitUntil(() => store.requests.some((line) => /partNumber=3/.test(line)), {
      timeout: 20_000,
      interval: 1,
    });
    expect(await stop(first.uploader, first.clock)).toBe(1);
    expect(first.warnings).toEqual([]);
    store.stallAfterBytes = Number.POSITIVE_INFINITY;
    const before = store.requests.length;

    const second = await startUploader(store, directory);
    await second.idle();
    expect(second.uploaded).toEqual([basename(folder)]);
    const parts = (lines: string[]) => lines.flatMap((line) => /partNumber=(\d)/.exec(line)?.[1] ?? []);
    expect([parts(store.requests.slice(0, before)), parts(store.requests.slice(before))]).toEqual([
      ["1", "2", "3"],
      ["3"],
    ]);
    for (const [name, bytes] of Object.entries(await contents(folder)))
      expect((await store.object(`of/2026/${basename(folder)}/${name}`))?.equals(bytes), name).toBe(true);
  });

  it("begins anew when the store has forgotten its parts", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const folder = await aLongCall(directory, 2 * PART_BYTES + 1);
    const call = await readFile(join(folder, "call.json"));
    const { createHash } = await import("node:crypto");
    const parts = { file: "caller.bin", id: "f".repeat(32), partBytes: PART_BYTES, tags: ['"1"', '"2"'] };
    const to = `s3://${BUCKET}/of/2026/${basename(folder)}`;
    const sha256 = createHash("sha256").update(call).digest("hex");
    await writeFile(
      join(folder, "upload.json"),
      JSON.stringify({ version: 1, to, call: sha256, done: [], parts }),
    );
    const { uploader, clock, uploaded } = await startUploader(store, directory);
    await vi.waitUntil(
      () => {
        clock.advance(200);
        return uploaded.length > 0;
      },
      { timeout: 20_000 },
    );
    await uploader.close(0);
    const there = await store.object(`of/2026/${basename(folder)}/caller.bin`);
    expect(there?.equals(await readFile(join(folder, "caller.bin")))).toBe(true);
  });
});

describe("a store", () => {
  it("that is down is asked again, with one warning, until it is back", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    await store.shutDoor();
    const { uploader, clock, warnings, uploaded } = await startUploader(store, directory);
    const folders = [await aCall(directory, "a"), await aCall(directory, "b")];
    for (const folder of folders) uploader.add(folder);
    await vi.waitUntil(() => warnings.length > 0, { timeout: 20_000 });
    for (let tries = 0; tries < 5; tries++) {
      clock.advance(60_000);
      await vi.waitUntil(() => clock.nextTimerAt - clock.now() > 400, { timeout: 20_000 });
    }
    expect(warnings).toEqual([
      expect.stringMatching(
        /^upload-failed: cannot upload to s3:\/\/calls\/of\/2026\/: ECONNREFUSED\. 2 recordings stay in /,
      ),
    ]);
    expect(uploader.waiting).toBe(2);
    await store.openDoor();
    await vi.waitUntil(
      () => {
        clock.advance(200);
        return uploaded.length === 2;
      },
      { timeout: 20_000 },
    );
    expect(store.names()).toHaveLength(10);
  });

  it("that says nothing is given up after a while, and told of", async () => {
    const store = await Store.open();
    store.stallAfterBytes = 0;
    const directory = await temporaryFolder();
    await aCall(directory);
    const { clock, warnings } = await startUploader(store, directory);
    await vi.waitUntil(() => store.requests.length > 0, { timeout: 20_000 });
    clock.advance(30_000);
    await vi.waitUntil(() => warnings.length > 0, { timeout: 20_000 });
    expect(warnings[0]).toContain("nothing moved for 30 s");
  });

  it.each([
    [
      { AWS_SECRET_ACCESS_KEY: "not-the-secret" },
      {},
      "SignatureDoesNotMatch (403); check AWS_ACCESS_KEY_ID and",
    ],
    [{ AWS_ACCESS_KEY_ID: "NOBODYSKEY" }, {}, "InvalidAccessKeyId (403); check AWS_ACCESS_KEY_ID and"],
    [{}, { bucket: "nothere" }, "NoSuchBucket (404); make the bucket, or name another"],
  ])("that refuses %o %o is told of without a secret", async (env, where, told) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value as string);
    const store = await Store.open();
    const directory = await temporaryFolder();
    const folder = await aCall(directory);
    const { warnings } = await startUploader(store, directory, where);
    await vi.waitUntil(() => warnings.length > 0, { timeout: 20_000 });
    expect(warnings[0]).toContain(told);
    const said = warnings.join() + (await readFile(join(folder, "upload.json"), "utf8").catch(() => ""));
    for (const secret of Object.values({ ...KEYS, ...env })) expect(said).not.toContain(secret);
  });
});

describe("what waits", () => {
  it("is bounded in memory, and all of it arrives", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const folders: string[] = [];
    for (let k = 0; k < 12; k++) folders.push(await aCall(directory, `call-${k}`));
    const { uploader, uploaded, idle } = await startUploader(store, directory, { queued: 2, atOnce: 2 });
    for (const folder of folders) uploader.add(folder);
    expect(uploader.waiting).toBeLessThanOrEqual(4);
    await idle();
    expect(uploaded.sort()).toEqual(folders.map((folder) => basename(folder)).sort());
  });

  it("does not wait for one that cannot be read", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const [odd, plain] = [await aCall(directory, "odd"), await aCall(directory, "plain")];
    await rm(join(odd, "caller.bin"));
    await symlink("/etc/passwd", join(odd, "caller.bin"));
    const { uploaded, warnings, idle } = await startUploader(store, directory);
    await idle();
    expect(uploaded).toEqual([basename(plain)]);
    expect(warnings).toEqual([expect.stringMatching(/^upload-failed: cannot upload .*odd: ELOOP/)]);
    expect(await store.object(`of/2026/${basename(odd)}/caller.bin`)).toBeUndefined();
  });

  it("is repaired first where a crash cut it off, but not while its call may run", async () => {
    const store = await Store.open();
    const directory = await temporaryFolder();
    const cutOff = async (callId: string, ageMs: number) => {
      const { recorder, play } = startRecorder(directory);
      play([started({ callId }), callerAudio(20, randomBytes(160))]);
      await recorder.close();
      const folder = recorder.folder()!;
      await truncate(join(folder, "events.jsonl"), 900).catch(() => {});
      const then = (Date.now() - ageMs) / 1000;
      await utimes(join(folder, "events.jsonl"), then, then);
      return folder;
    };
    const [old, young] = [await cutOff("old", 700_000), await cutOff("young", 1000)];
    const { clock, uploaded } = await startUploader(store, directory);
    await vi.waitUntil(() => uploaded.length > 0, { timeout: 20_000 });
    expect(uploaded).toEqual([basename(old)]);
    expect(JSON.parse(await readFile(join(young, "call.json"), "utf8")).state).toBe("open");
    // Some time later it is plain that nobody writes to it.
    clock.advance(600_000);
    await vi.waitUntil(() => uploaded.length > 1, { timeout: 20_000 });
    expect(uploaded[1]).toBe(basename(young));
  });
});

it("needs AWS' client, and says how to get it", async () => {
  const options = { bucket: BUCKET, prefix: "", endpoint: undefined, env: {}, clock: new ManualClock() };
  const missing = () => Promise.reject(new Error("Cannot find package"));
  await expect(openS3(options, missing)).rejects.toMatchObject({
    code: "missing-package",
    fix: "npm install @aws-sdk/client-s3",
  });
});

it("needs a region for Amazon's own service", async () => {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) vi.stubEnv(name, "");
  vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
  const options = { bucket: BUCKET, prefix: "", endpoint: undefined, env: {}, clock: new ManualClock() };
  await expect(openS3(options)).rejects.toMatchObject({ code: "bad-config", fix: /AWS_REGION/ });
});
