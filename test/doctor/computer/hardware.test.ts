import { expect, test } from "vitest";
import { checkHardware, readHardware, readQuota, spellBytes } from "../../../src/doctor/computer/hardware.js";

test("says what there is", () => {
  expect(
    checkHardware({ processors: 8, memoryBytes: 16e9, freeBytes: 800e6, limit: undefined }),
  ).toMatchObject({ value: "8 processors, 16 GB of memory, 800 MB free", findings: [] });
});

test("says what a container may use of it", () => {
  const { value } = checkHardware({ processors: 8, memoryBytes: 512e6, freeBytes: 1e6, limit: 0.5 });
  expect(value).toBe("8 processors (this container may use 0.5), 512 MB of memory, 1 MB free");
});

test("reads the limits of a control group", () => {
  expect(readQuota("50000 100000\n")).toBe(0.5);
  expect(readQuota("max 100000\n")).toBeUndefined();
  expect(readQuota("")).toBeUndefined();
});

test("this computer has some", () => {
  const { processors, memoryBytes, freeBytes } = readHardware();
  expect(processors).toBeGreaterThan(0);
  expect(freeBytes).toBeLessThanOrEqual(memoryBytes);
});

test("spells bytes", () => {
  expect([999_400_000, 1e9, 23.14e9].map(spellBytes)).toEqual(["999 MB", "1 GB", "23.1 GB"]);
});
