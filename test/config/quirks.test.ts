/** `--quirk`: names, `all`, and what was probably meant. */
import { expect, it } from "vitest";
import type { BadValue } from "../../src/config/bad-value.js";
import { parseQuirks } from "../../src/config/quirks.js";
import { QUIRK_NAMES } from "../../src/protocol/quirks.js";

function refused(text: string): BadValue {
  try {
    parseQuirks([text]);
  } catch (error) {
    return error as BadValue;
  }
  throw new Error(`${text} was taken`);
}

it("reads one or several, each once, in the order of the table", () => {
  expect(parseQuirks(["odd-frames"])).toEqual(["odd-frames"]);
  expect(parseQuirks(["odd-frames, string-sample-rate,odd-frames"])).toEqual([
    "string-sample-rate",
    "odd-frames",
  ]);
  expect(parseQuirks(["odd-frames", "dtmf-other-id"])).toEqual(["dtmf-other-id", "odd-frames"]);
});

it("all is every one, but for the one that hides others", () => {
  expect(parseQuirks(["all"])).toEqual(QUIRK_NAMES.filter((name) => name !== "close-without-hangup"));
  expect(parseQuirks(["all,close-without-hangup"])).toEqual(QUIRK_NAMES);
});

it("says what was probably meant", () => {
  expect(refused("odd-frame,dtmf-other-id")).toMatchObject({
    message: '"odd-frame" is not a quirk',
    instead: "odd-frames,dtmf-other-id",
  });
  expect(refused("sample-rate").instead).toBe("string-sample-rate");
  expect(refused("nonsense").fix).toBe("See them all with: smartpbx-bridge help quirks");
  expect(refused("").fix).toBeDefined();
});
