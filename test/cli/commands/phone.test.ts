import { expect, it } from "vitest";
import { openPhone, type PhoneSettings } from "../../../src/cli/commands/phone.js";
import { FakeIo } from "../fake-io.js";

const settings: PhoneSettings = {
  mic: undefined,
  speaker: undefined,
  noSpeaker: false,
  audio: undefined,
  echo: undefined,
  calls: 1,
  record: undefined,
  json: false,
  quiet: false,
  noColor: true,
};

it.each([
  [{ mic: true }, "--mic"],
  [{ mic: "Webcam" }, "--mic"],
  [{ speaker: "Desk" }, "--speaker"],
])("refuses %j for many calls", async (wish, flag) => {
  await expect(openPhone({ ...settings, ...wish, calls: 3 }, false, new FakeIo())).rejects.toMatchObject({
    code: "bad-flag",
    message: `${flag} cannot go with 3 calls: one person is in one call`,
  });
});

it.each([
  ["plain lines, nobody at a terminal", {}, false, "The sample voice calls.\n"],
  ["a source", {}, true, ""],
  ["--json", { json: true }, false, ""],
  ["--quiet", { quiet: true }, false, ""],
  ["mic: false", { mic: false }, false, "The sample voice calls.\n"],
  ["--no-speaker", { noSpeaker: true, speaker: undefined }, true, ""],
])("opens no device, and says who speaks where that was not said: %s", async (_, wish, hasSource, text) => {
  const io = new FakeIo();
  expect(await openPhone({ ...settings, ...wish }, hasSource, io)).toBeUndefined();
  expect(io.stderr.text).toBe(text);
});
