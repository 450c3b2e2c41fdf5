import { expect, it } from "vitest";
import { colorLevel, makeStyle } from "../../../src/cli/ui/color.js";
import { plain } from "../../../src/report/style.js";
import { FakeScreen } from "../fake-io.js";

it.each([
  ["a terminal", {}, true, false, 1],
  ["a pipe", {}, false, false, 0],
  ["a dumb terminal", { TERM: "dumb" }, true, false, 0],
  ["a CI machine", { CI: "true" }, true, false, 0],
  ["--no-color", { FORCE_COLOR: "3" }, true, true, 0],
  ["NO_COLOR", { NO_COLOR: "1", FORCE_COLOR: "3" }, true, false, 0],
  ["an empty NO_COLOR", { NO_COLOR: "" }, true, false, 1],
  ["FORCE_COLOR in a pipe", { FORCE_COLOR: "" }, false, false, 1],
  ["FORCE_COLOR=3", { FORCE_COLOR: "3" }, false, false, 3],
  ["FORCE_COLOR=0", { FORCE_COLOR: "0" }, true, false, 0],
  ["FORCE_COLOR=false", { FORCE_COLOR: "false" }, true, false, 0],
] as const)("for %s", (_, env, isTTY, noColor, level) => {
  expect(colorLevel({ env, stdout: new FakeScreen(isTTY) }, noColor)).toBe(level);
});

it("makes a style of that level", async () => {
  expect(await makeStyle({ env: {}, stdout: new FakeScreen() }, false)).toBe(plain);
  const style = await makeStyle({ env: {}, stdout: new FakeScreen(true) }, false);
  expect(style.bad("x")).toBe("\u001b[31mx\u001b[39m");
  expect(style.bold(style.good("x"))).toBe("\u001b[1m\u001b[32mx\u001b[39m\u001b[22m");
});
