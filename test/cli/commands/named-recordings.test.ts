import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkNamed } from "../../../src/cli/commands/named-recordings.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "smartpbx-named-"));
  mkdirSync(join(folder, "recordings", "20261122T125900.123Z-call-1"), { recursive: true });
  mkdirSync(join(folder, "recordings", ".20261122T125900.123Z-call-2"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ["recordngs/20261122T125900.123Z-call-1", "recordings/20261122T125900.123Z-call-1"],
  ["recordings/20261122T125900.123Z-call-2", "recordings/20261122T125900.123Z-call-1"],
  ["recodrings", "recordings"],
  ["recodrings/", "recordings"],
])("%s: did you mean %s?", (given, meant) => {
  expect(() => checkNamed("inspect", [folder, join(folder, given)])).toThrow(
    expect.objectContaining({
      code: "bad-recording",
      fix: `Did you mean ${join(folder, meant)}? smartpbx-bridge inspect ${join(folder, meant)}`,
    }),
  );
});

it.each([
  ["recordings"],
  ["recordings/nothing-like-it"],
  ["elsewhere/recordings"],
  [""],
  ["."],
  [".."],
  ["/"],
])("says nothing to %j: it is there, or nothing near is", (given) => {
  expect(() => checkNamed("replay", [given && join(folder, given)])).not.toThrow();
});
