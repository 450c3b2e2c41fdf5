import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { BridgeError } from "../../../src/errors.js";
import { openResultReporters } from "../../../src/report/results/open.js";
import { writeWhole } from "../../../src/report/results/output-file.js";
import { REPORTERS, type ReporterName } from "../../../src/report/results/reporter-names.js";
import { MIXED, place, tell } from "./runs.js";

const base = mkdtempSync(join(tmpdir(), "smartpbx-results-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(base, "run-"));
});

const failure = (doing: Promise<unknown>) =>
  doing.then(
    () => undefined,
    ({ code, message, fix }: BridgeError) => ({ code, message, fix }),
  );

describe("several reporters at once", () => {
  it("are told the same", async () => {
    const there = place({ cwd });
    const specs = (Object.keys(REPORTERS) as ReporterName[]).map((name) =>
      REPORTERS[name].file === "none" ? { name } : { name, file: `results.${name}` },
    );
    const reporters = await openResultReporters(specs, there);
    // Nothing is written before there is something to say.
    expect(readdirSync(cwd)).toEqual([]);
    await tell(reporters, MIXED);
    expect(readdirSync(cwd).sort()).toEqual([
      "results.html",
      "results.json",
      "results.jsonl",
      "results.junit",
    ]);
    expect(there.out.lines[0]).toBe("✓ conversation  4.1 s  first audio 640 ms (max 712 ms)");
    expect(there.out.lines.at(-1)).toMatch(/^::error file=recordings/);
  });

  it("write what they can when one cannot", async () => {
    mkdirSync(join(cwd, "gone"));
    const specs = [
      { name: "junit", file: "gone/results.xml" },
      { name: "jsonl", file: "gone/results.jsonl" },
      { name: "json", file: "results.json" },
    ] as const;
    const reporters = await openResultReporters(specs, place({ cwd }));
    rmSync(join(cwd, "gone"), { recursive: true });
    expect(await failure(tell(reporters, MIXED))).toEqual({
      code: "cannot-write",
      message: `${cwd}/gone/results.xml cannot be written: ENOENT`,
      fix: "Check that its folder still exists and has room.",
    });
    expect(readdirSync(cwd)).toEqual(["results.json"]);
  });
});

describe("before the run", () => {
  it.each([
    ["none/results.xml", /there is no folder .*none$/, "Make it first: mkdir -p none"],
    ["file/results.xml", /file is no folder$/, "Make it first: mkdir -p file"],
    ["folder", /it is a folder$/, "Name a file in it: folder/results"],
  ])("%s is refused", async (file, message, fix) => {
    mkdirSync(join(cwd, "folder"));
    writeFileSync(join(cwd, "file"), "");
    const found = await failure(openResultReporters([{ name: "junit", file }], place({ cwd })));
    expect(found).toEqual({ code: "cannot-write", message: expect.stringMatching(message), fix });
  });

  it("two of one file are refused", async () => {
    const specs = [
      { name: "junit", file: "a" },
      { name: "html", file: "./a" },
    ] as const;
    expect(await failure(openResultReporters(specs, place({ cwd })))).toEqual({
      code: "bad-flag",
      message: "junit and html would both write ./a",
      fix: "Name a file of its own for each reporter.",
    });
  });
});

describe("a file", () => {
  it("is replaced whole, with usual rights, and nothing else is left", async () => {
    const file = join(cwd, "a.json");
    writeFileSync(file, "old and longer", { mode: 0o600 });
    await writeWhole(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
    expect(readdirSync(cwd)).toEqual(["a.json"]);
  });

  it("that is a link stays one; what is no file is written as it is", async () => {
    writeFileSync(join(cwd, "real"), "");
    symlinkSync("real", join(cwd, "link"));
    await writeWhole(join(cwd, "link"), "new");
    expect(lstatSync(join(cwd, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, "real"), "utf8")).toBe("new");
    await writeWhole("/dev/null", "nothing");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});
