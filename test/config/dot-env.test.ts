import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadDotEnv } from "../../src/config/dot-env.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-env-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("adds what is not set, and nothing that has no value", () => {
  writeFileSync(join(folder, ".env"), "# keys\nA=1\nB='two # 2'\nC=\nD=4\n");
  const env: Record<string, string | undefined> = { D: "", E: "5" };
  expect(loadDotEnv(folder, env)).toBeUndefined();
  expect(env).toEqual({ A: "1", B: "two # 2", D: "", E: "5" });
});

it("is content where there is none, or a folder of that name", () => {
  const env = {};
  expect(loadDotEnv(folder, env)).toBeUndefined();
  mkdirSync(join(folder, ".env"));
  expect(loadDotEnv(folder, env)).toBeUndefined();
  expect(env).toEqual({});
});
