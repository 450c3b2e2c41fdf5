import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Destination } from "../../src/tools/config.js";
import { createToolRunner } from "../../src/tools/runner.js";
import { callInfo } from "../agents/call.js";
import { run, SALES } from "./runner.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-tools-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Prints the arguments it was given, as JSON. */
const SHOW = "console.log(JSON.stringify(process.argv.slice(1)))";

interface Parts {
  readonly timeoutMs?: number;
  readonly destinations?: ReadonlyMap<string, Destination>;
}

async function transfer(command: [string, ...string[]], call = callInfo(), parts: Parts = {}) {
  const { timeoutMs = 10_000, destinations = SALES } = parts;
  const via = { type: "command", command, timeoutMs } as const;
  const runner = await createToolRunner(
    { transferCall: { destinations, via }, custom: [] },
    { env: process.env },
  );
  return run(runner, "transfer_call", { destination: [...destinations.keys()][0] }, call);
}

const node = (script: string, ...args: string[]): [string, ...string[]] => [
  process.execPath,
  "-e",
  script,
  "--",
  ...args,
];

describe("a program", () => {
  it("gets each placeholder inside its own argument, whatever it holds", async () => {
    const call = callInfo({ callId: "a b; touch $(x) `y` 'z' \"", accountId: "{number}" });
    const { output } = await transfer(
      node(SHOW, "{number}", "{destination}", "id={callId}", "{accountId} {otherLegCallId}", "$HOME"),
      call,
    );
    expect(JSON.parse(output)).toEqual([
      "+12025550123",
      "sales",
      "id=a b; touch $(x) `y` 'z' \"",
      "{number} leg-2",
      "$HOME",
    ]);
  });

  it("never gets an id as an option, nor one that the call does not have", async () => {
    expect(await transfer(node(SHOW, "{number}", "{callId}"), callInfo({ callId: "--eval" }))).toEqual({
      failed: true,
      output: "this call's ids cannot be given to a program",
    });
    expect(
      await transfer(node(SHOW, "{number}", "{otherLegCallId}"), callInfo({ otherLegCallId: undefined })),
    ).toEqual({ failed: true, output: "this call has no usable otherLegCallId" });
  });

  it("that says nothing has done it", async () => {
    expect(await transfer(node("", "{number}"))).toEqual({ failed: false, output: '{"status":"done"}' });
  });

  it("says by its exit code that it failed; what it complains of is not told", async () => {
    const script = "console.log('+12025550123'); console.error('+12025550123'); process.exit(3)";
    expect(await transfer(node(script, "{number}"))).toEqual({
      failed: true,
      output: "the tool's program ended with 3",
    });
  });

  it("that says too much is ended", async () => {
    const script =
      "const write = () => { while (process.stdout.write('x'.repeat(9999))); }; process.stdout.on('drain', write); write();";
    expect(await transfer(node(script, "{number}"))).toEqual({
      failed: true,
      output: "the tool answered more than 32 KiB",
    });
  });

  it("that hangs is ended, with what it has started", async () => {
    const pidFile = join(folder, "pid");
    const script = `
      const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
      setInterval(() => {}, 1000);`;
    const done = await transfer(node(script, "{number}"), callInfo(), { timeoutMs: 1500 });
    expect(done).toEqual({
      failed: true,
      output: "the tool did not answer within 1.5 s; it is not known what came of it",
    });
    const pid = Number(await readFile(pidFile, "utf8"));
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5000 });
  });

  it("that leaves another running is not waited for", async () => {
    const script = `
      require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 3000)"], { stdio: "inherit" }).unref();
      console.log('{"started":true}');`;
    expect(await transfer(node(script, "{number}"))).toEqual({ failed: false, output: '{"started":true}' });
  });

  it("is found on the PATH or by its path, before the first call", async () => {
    expect((await transfer(["true", "{number}"])).failed).toBe(false);
    const script = join(folder, "transfer.sh");
    await writeFile(script, '#!/bin/sh\nprintf "%s" "$1"\n');
    await expect(transfer([script, "{number}"])).rejects.toMatchObject({ code: "bad-config", exitCode: 2 });
    await chmod(script, 0o700);
    expect(await transfer([script, "{destination}"])).toEqual({
      failed: false,
      output: '{"result":"sales"}',
    });
    await expect(transfer(["no-such-program", "{number}"])).rejects.toMatchObject({
      code: "bad-config",
      message: 'There is no program "no-such-program" to run as a tool',
    });
  });
});

/** Also false for one that has ended and is only not collected yet. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
