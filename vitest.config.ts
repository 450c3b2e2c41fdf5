import { defineConfig } from "vitest/config";

const inCi = process.env.CI === "true";

/** Real sound, and tests that tell milliseconds, have no time to wait for others: these run alone, when all others are through. */
const ALONE = endToEnd(
  "browser-phone",
  "load",
  "microphone",
  "recording",
  "replay-mutations",
  "sound-devices",
);
/** Calls that take their time, and say nothing new on another version of Node. */
const LONG = endToEnd("artillery", "ci-project", "network", "quirks", "replay", "scenario");

export default defineConfig({
  test: {
    projects: [
      project("calls", ["test/**/*.test.ts"], { exclude: [...ALONE, ...LONG], sequence: { groupOrder: 0 } }),
      project("long", LONG, { sequence: { groupOrder: 0 } }),
      // A computer that others use too may hold up a measurement once.
      project("alone", ALONE, { fileParallelism: false, retry: 1, sequence: { groupOrder: 1 } }),
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: inCi ? ["default", "json"] : ["default"],
    outputFile: { json: ".ci/results.json" },
  },
});

function endToEnd(...names: string[]): string[] {
  return names.map((name) => `test/e2e/${name}.test.ts`);
}

function project(name: string, include: string[], settings: object) {
  return { extends: true as const, test: { name, include, ...settings } };
}
