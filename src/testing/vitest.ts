/** For Vitest: `import "smartpbx-bridge/testing/vitest"` in a test or a setup file adds the matchers and their types. */
import { expect } from "vitest";
import { type CallMatchers, matchers } from "./matchers.js";

expect.extend(matchers);

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: declared again as Vitest declares it.
  interface Assertion<T = any> extends CallMatchers<void> {}
  interface AsymmetricMatchersContaining extends CallMatchers {}
}
