import { defineConfig } from "vitest/config";

const inCi = process.env.CI === "true";

/** Real sound, and tests that tell milliseconds, have no time to wait for others: these run alone, when all others are through. */
const ALONE = endToEnd(
  "browser-phone",
  "call",
  "http",
  "load",
  "microphone",
  "recording",
  "replay-mutations",
  "sound-devices",
);
/** The catalogue of hostile peers: it fills a server on purpose. */
const HOSTILE = "test/hostile/**/*.test.ts";
const EVERY_END_TO_END = "test/e2e/**/*.test.ts";
/** Disks, signals and clocks that fail: real processes, mostly waiting. */
const FAULTS = "test/faults/**/*.test.ts";
/** Calls that take their time, and say nothing new on another version of Node. */
const LONG = endToEnd(
  "artillery",
  "ci-project",
  "docs-commands",
  "first-minutes",
  "network",
  "quirks",
  "replay",
  "scenario",
  "secrets",
);

export default defineConfig({
  test: {
    projects: [
      // Real sockets and processes on a computer that others use too may be held up once. Nothing here is kept in
      // modules: loading them once for all takes half the time.
      project("calls", ["test/**/*.test.ts"], {
        exclude: [EVERY_END_TO_END, FAULTS, HOSTILE],
        isolate: false,
        retry: inCi ? 1 : 0,
      }),
      project("processes", [EVERY_END_TO_END], { exclude: [...ALONE, ...LONG], retry: 1 }),
      project("long", [...LONG, FAULTS], { retry: 1 }),
      project("alone", [...ALONE, HOSTILE], {
        fileParallelism: false,
        retry: 1,
        sequence: { groupOrder: 1 },
      }),
    ],
    // Most calls wait for time to pass: more of them at once than there are cores lose nothing.
    maxWorkers: 3,
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
