import { defineConfig } from "vitest/config";

const inCi = process.env.CI === "true";

/** Real sound, and tests that tell milliseconds, have no time to wait for others: these run alone, when all others are through. */
const ALONE = ["browser-phone", "load", "microphone", "recording", "sound-devices"].map(
  (name) => `test/e2e/${name}.test.ts`,
);

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: "calls", include: ["test/**/*.test.ts"], exclude: ALONE, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        // A computer that others use too may hold up a measurement once.
        test: {
          name: "alone",
          include: ALONE,
          fileParallelism: false,
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: inCi ? ["default", "json"] : ["default"],
    outputFile: { json: ".ci/results.json" },
  },
});
