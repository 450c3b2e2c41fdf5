import { defineConfig } from "vitest/config";

// Calls take their time.
export default defineConfig({ test: { testTimeout: 60_000 } });
