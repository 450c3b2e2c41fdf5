import { defineConfig } from "vitest/config";

const inCi = process.env.CI === "true";

/** Real sound has no time to wait for other tests: these run alone, when all others are through. */
const SOUND = ["sound-devices", "microphone", "browser-phone"].map((name) => `test/e2e/${name}.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: "calls", include: ["test/**/*.test.ts"], exclude: SOUND, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: "sound", include: SOUND, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: inCi ? ["default", "json"] : ["default"],
    outputFile: { json: ".ci/results.json" },
  },
});
