/** The entries for Vitest and for Jest put the same matchers into whatever `expect` there is. */
import { afterEach, expect, it, vi } from "vitest";
import { matchers } from "../../src/testing.js";

const had = Object.getOwnPropertyDescriptor(globalThis, "expect");
afterEach(() => {
  vi.resetModules();
  if (had) Object.defineProperty(globalThis, "expect", had);
  else Reflect.deleteProperty(globalThis, "expect");
});

it("Jest's global expect gets them", async () => {
  let extended: object = {};
  const extend = (given: object) => {
    extended = given;
  };
  Object.assign(globalThis, { expect: { extend } });
  await import("../../src/testing/jest.js");
  expect(Object.keys(extended)).toEqual(Object.keys(matchers));
});

it("says what to do where there is no global expect", async () => {
  Reflect.deleteProperty(globalThis, "expect");
  await expect(import("../../src/testing/jest.js")).rejects.toThrow("expect.extend(matchers)");
});

it("Vitest's expect gets them", async () => {
  await import("../../src/testing/vitest.js");
  expect(() => expect({ utterances: [], bargeIns: [] }).toStopWithin(100)).toThrow("no stop was measured");
});
