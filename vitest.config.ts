import { defineConfig } from "vitest/config";

const inCi = process.env.CI === "true";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: inCi ? ["default", "json"] : ["default"],
    outputFile: { json: ".ci/results.json" },
  },
});
