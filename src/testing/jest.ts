/** For Jest (its ESM mode): as a file of `setupFilesAfterEnv`, `smartpbx-bridge/testing/jest` adds the matchers and their types. */
import { type CallMatchers, matchers } from "./matchers.js";

const { expect } = globalThis as { expect?: { extend(matchers: object): void } };
if (!expect)
  throw new Error(
    "There is no global expect: import matchers from smartpbx-bridge/testing, and expect.extend(matchers).",
  );
expect.extend(matchers);

declare global {
  // What @types/jest has.
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as well.
    interface Matchers<R, T = {}> extends CallMatchers<R> {}
  }
}

// What @jest/globals has. Here Jest is not installed, and where it is not, nobody imports this file.
// @ts-expect-error
declare module "expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends CallMatchers<R> {}
}
