import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeAll } from "../../src/init/write-files.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-init-"));
});
afterEach(() => rm(folder, { recursive: true }));

const textOf = (path: string) => readFileSync(join(folder, path), "utf8");
const modeOf = (path: string) => statSync(join(folder, path)).mode & 0o777;

it("writes files and the folders they need, secrets for their owner only", async () => {
  writeFileSync(join(folder, "old"), "old", { mode: 0o640 });
  await writeAll(join(folder, "new/project"), [
    { path: ".env", text: "T=1\n", present: undefined, isSecret: true },
    { path: "a/b/c.yml", text: "c", present: undefined },
  ]);
  await writeAll(folder, [{ path: "old", text: "new", present: "old" }]);
  expect(textOf("new/project/a/b/c.yml")).toBe("c");
  expect(modeOf("new/project/.env")).toBe(0o600);
  expect(textOf("old")).toBe("new");
  expect(modeOf("old")).toBe(0o640);
  expect(readdirSync(join(folder, "new/project")).sort()).toEqual([".env", "a"]);
});

it("takes the others' right to read a file to which a secret is added", async () => {
  writeFileSync(join(folder, ".env"), "A=1\n", { mode: 0o644 });
  await writeAll(folder, [{ path: ".env", text: "A=1\nT=1\n", present: "A=1\n", isSecret: true }]);
  expect(modeOf(".env")).toBe(0o600);
});

it("leaves a link a link", async () => {
  writeFileSync(join(folder, "real"), "old");
  symlinkSync("real", join(folder, "link"));
  await writeAll(folder, [{ path: "link", text: "new", present: "old" }]);
  expect(textOf("real")).toBe("new");
  expect(readdirSync(folder).sort()).toEqual(["link", "real"]);
});

it("changes nothing when one of them cannot be drafted", async () => {
  writeFileSync(join(folder, "scenarios"), "a file");
  const files = [
    { path: "config", text: "c", present: undefined },
    { path: ".github/workflows/calls.yml", text: "w", present: undefined },
    { path: "scenarios/first.yaml", text: "s", present: undefined },
  ];
  await expect(writeAll(folder, files)).rejects.toMatchObject({
    code: "cannot-write",
    message: expect.stringMatching(/^scenarios\/first.yaml cannot be written: E\w+. Nothing was changed$/),
  });
  expect(readdirSync(folder)).toEqual(["scenarios"]);
});

it("puts everything back when one of them cannot be put in place", async () => {
  writeFileSync(join(folder, "first"), "old");
  mkdirSync(join(folder, "third/inside"), { recursive: true });
  const files = [
    { path: "first", text: "new", present: "old" },
    { path: "second/file", text: "new", present: undefined },
    { path: "third", text: "new", present: undefined },
  ];
  await expect(writeAll(folder, files)).rejects.toMatchObject({ code: "cannot-write" });
  expect(textOf("first")).toBe("old");
  expect(existsSync(join(folder, "second"))).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(["first", "third"]);
});
