import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkPackages, loadState } from "../../../src/doctor/computer/packages.js";

const folder = mkdtempSync(join(tmpdir(), "doctor-packages-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The state of a package whose code is this. */
function stateOf(name: string, code: string) {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, code);
  return loadState(name, () => file);
}

test("a package loads, is broken, ends the process, or is not there", async () => {
  const states = await Promise.all([
    stateOf("good", "module.exports = 1;"),
    stateOf("broken", "throw new Error('not built');"),
    stateOf("aborts", "process.abort();"),
    loadState("no-such-package-anywhere"),
  ]);
  expect(states).toEqual(["loads", "does not load", "does not load", "is not installed"]);
});

test("none of them is ever a finding", async () => {
  const of = (state: "loads" | "does not load" | "is not installed") =>
    checkPackages(["mic", "speaker"], async () => state);
  expect(await of("loads")).toMatchObject({ value: "mic loads, speaker loads", findings: [] });
  expect(await of("loads")).not.toHaveProperty("hint");
  expect(await of("is not installed")).toMatchObject({ findings: [] });
  expect((await of("is not installed")).hint).toContain("npm install mic speaker");
  expect((await of("does not load")).hint).toContain("sound card");
});
