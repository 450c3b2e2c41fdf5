import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPageMessage } from "../../../src/devices/browser-phone/messages.js";

const read = (message: object) => readPageMessage(JSON.stringify(message));

describe("a message of the page", () => {
  it.each([
    { type: "call", encoding: "opus" },
    { type: "hang-up" },
    { type: "key", digit: "#" },
    { type: "sound", underruns: 2, concealedMs: 41.5 },
  ])("$type is read", (message) => {
    expect(read(message)).toEqual(message);
  });

  it("keeps nothing that the page does not send", () => {
    expect(read({ type: "hang-up", now: true })).toEqual({ type: "hang-up" });
  });

  it.each([
    { type: "call", encoding: "mp3" },
    { type: "call" },
    { type: "key", digit: "12" },
    { type: "key", digit: 5 },
    { type: "key", digit: "\u0000" },
    { type: "sound", underruns: -1, concealedMs: 0 },
    { type: "sound", underruns: "many", concealedMs: 0 },
    { type: "__proto__" },
    {},
  ])("%j is not one", (message) => {
    expect(read(message)).toBeUndefined();
  });

  it("is never an exception", () => {
    fc.assert(fc.property(fc.string(), (text) => void readPageMessage(text)));
    fc.assert(fc.property(fc.json(), (text) => void readPageMessage(text)));
  });
});
