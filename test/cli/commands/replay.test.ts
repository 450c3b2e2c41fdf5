import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readSettings, run } from "../../../src/cli/commands/replay.js";
import { ReplaySums, resultOf } from "../../../src/cli/commands/replay-results.js";
import { resolve } from "../../../src/config/resolve.js";
import type { CallFile } from "../../../src/recording/format.js";
import { FakeIo } from "../fake-io.js";

const root = mkdtempSync(join(tmpdir(), "replay-command-"));
afterAll(() => rmSync(root, { recursive: true }));

const settings = (flags: Readonly<Record<string, string | true | readonly string[]>>) =>
  readSettings(resolve("replay", { flags, env: {}, file: undefined }));

describe("replay", () => {
  test("wants a recording", async () => {
    await expect(run(settings({}), new FakeIo())).rejects.toMatchObject({
      code: "bad-flag",
      fix: expect.stringMatching(/--record/),
    });
  });

  test("accepts one run of each call, and a file for each", async () => {
    for (const name of ["a", "b"]) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, "call.json"), "{}");
    }
    await expect(
      run(settings({ replayed: [root], accept: true, repeat: "2" }), new FakeIo()),
    ).rejects.toThrow(/one run/);
    await expect(
      run(settings({ replayed: [root], accept: true, expect: "x.yaml" }), new FakeIo()),
    ).rejects.toThrow(/2 recordings/);
  });
});

describe("what comes of replays", () => {
  const replay = { folder: "/calls/call-1", call: { callId: "call-1" } as CallFile };
  const turn = { replay, repeat: undefined, startedAt: "", durationMs: 1200.4, file: undefined };
  const check = { expect: "x", ok: true, measured: null, limit: null, reason: "" };

  test("nothing checked has failed", () => {
    expect(resultOf(turn, [], undefined).ok).toBe(false);
    expect(resultOf(turn, [check], undefined)).toMatchObject({ ok: true, name: "call-1", durationMs: 1200 });
    expect(resultOf(turn, [check, { ...check, ok: false }], undefined).ok).toBe(false);
  });

  test("the sums: replies that never came are no latency", () => {
    const sums = new ReplaySums();
    const good = resultOf(turn, [check], undefined);
    sums.add({ ...good, firstAudioMs: [100, null] });
    sums.add({ ...good, ok: false, firstAudioMs: [300] });
    expect(sums.summary(5000, 2)).toMatchObject({
      ...{ calls: 2, ok: 1, failed: 1, recordings: 2, replies: 2, missingReplies: 1, durationMs: 5000 },
      firstAudioMs: { max: 300 },
      senderLatenessMs: { p50: null, p99: null, max: null },
    });
    expect(new ReplaySums().summary(0, 0).firstAudioMs).toEqual({
      p50: null,
      p95: null,
      p99: null,
      max: null,
    });
  });
});
