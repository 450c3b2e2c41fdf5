import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkFolder } from "../../../src/doctor/computer/folder.js";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "doctor-folder-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const ROOM = async () => 100e9;

describe("the recordings' folder", () => {
  it("is not asked for", async () => {
    expect(await checkFolder(undefined, cwd)).toMatchObject({ isSkipped: true, findings: [] });
  });

  it("is there and can be written to, and nothing is left in it", async () => {
    expect(await checkFolder(".", cwd, ROOM)).toMatchObject({
      value: ". can be written to, 100 GB free: 200 hours of calls or more",
      findings: [],
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("is not there yet, and is not made", async () => {
    expect((await checkFolder("a/b", cwd, ROOM)).value).toContain("a/b can be made");
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each(["calls", "calls/deeper"])("is a file: %s", async (folder) => {
    writeFileSync(join(cwd, "calls"), "");
    const { findings } = await checkFolder(folder, cwd);
    expect(findings).toMatchObject([{ code: "cannot-write", severity: "error" }]);
    expect(findings[0]?.seen).toContain("not a folder");
  });

  it.runIf(process.platform === "linux")("is where nobody can write, root neither", async () => {
    const { findings } = await checkFolder("/proc/self/calls", cwd);
    expect(findings).toMatchObject([{ code: "cannot-write", severity: "error" }]);
  });

  it("is on a disk that is nearly full", async () => {
    const { findings } = await checkFolder(".", cwd, async () => 300e6);
    expect(findings).toMatchObject([{ code: "disk-nearly-full", severity: "warning" }]);
    expect(findings[0]?.seen).toContain("300 MB");
  });

  it("is on this very disk", async () => {
    expect((await checkFolder(".", cwd)).measured?.freeBytes).toBeGreaterThan(0);
  });
});
