import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadValue } from "../../src/config/bad-value.js";
import { checkAddress, parseValue } from "../../src/config/parse.js";
import { settingKeys, settings } from "../../src/config/schema.js";

describe("values", () => {
  it("from a config file are read like those of flags", () => {
    expect(parseValue(settings.port, 9000, {})).toBe(9000);
    expect(parseValue(settings.port, "9000", {})).toBe(9000);
    expect(parseValue(settings.drain, 0, {})).toBe(0);
    expect(parseValue(settings.agentOption, { mode: "instant", rate: 8000, loud: true }, {})).toEqual({
      mode: "instant",
      rate: "8000",
      loud: "true",
    });
    expect(parseValue(settings.header, { "X-Key": "$K" }, { K: "v" })).toEqual({ "X-Key": "v" });
  });

  it("from repeated flags and from lines of a variable are lists", () => {
    expect(parseValue(settings.agentOption, ["a=1", "b=x=y"], {})).toEqual({ a: "1", b: "x=y" });
    expect(parseValue(settings.header, "A: 1\nB: 2\n", {})).toEqual({ A: "1", B: "2" });
  });

  it("may be an agent kind itself", () => {
    const kind = { name: "mine", connect: async () => {} };
    expect(parseValue(settings.agent, kind, {})).toBe(kind);
    expect(() => parseValue(settings.agent, { name: "mine" }, {})).toThrow("a text is needed, not a object");
  });

  it.each([
    ["yes", true],
    ["0", false],
    [true, true],
    ["OFF", false],
  ])("switch %s", (raw, value) => {
    expect(parseValue(settings.json, raw, {})).toBe(value);
  });

  it.each([
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
    ["Webcam", "Webcam"],
  ])("device %j", (raw, value) => {
    expect(parseValue(settings.mic, raw, {})).toBe(value);
  });

  it.each([
    ["silence", "perhaps", "the value is neither true nor false"],
    ["silence", { toString: 0 }, "the value is neither true nor false"],
    ["format", "ulaw", '"ulaw" is not one of g711_ulaw, pcm16, opus'],
    ["path", "media", '"media" is not a path that begins with /'],
    ["record", "", "the value is empty"],
    ["record", null, "a text is needed, not null"],
    ["record", ["a"], "a text is needed, not a list"],
    ["agentOption", "mode", "an option needs a name, = and a value"],
  ] as const)("of %s may not be %j", (key, raw, message) => {
    expect(() => parseValue(settings[key], raw, {})).toThrow(message);
  });

  it("that are near a choice get it as a suggestion", () => {
    expect(() => parseValue(settings.format, "ulaw", {})).toThrow(
      expect.objectContaining({ instead: "g711_ulaw" }),
    );
    expect(() => parseValue(settings.profile, "v6", {})).toThrow(expect.objectContaining({ instead: "v06" }));
  });

  it("of any kind are read or refused, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.constantFrom(...settingKeys), fc.anything(), (key, raw) => {
        try {
          parseValue(settings[key], raw, {});
        } catch (error) {
          expect(error).toBeInstanceOf(BadValue);
        }
      }),
    );
  });
});

describe("addresses", () => {
  it("are kept as they are written", () => {
    expect(checkAddress("wss://h/ws?a=1")).toBe("wss://h/ws?a=1");
  });

  it.each([
    ["https://h/x?token=s3cret", "the address begins with https://", "wss://h/x"],
    ["http://h:1/x", "the address begins with http://", "ws://h:1/x"],
    ["localhost:8080", "that is not a ws:// or wss:// address", "wss://HOST/media-stream"],
    ["wss://h/#top", "a WebSocket address cannot have a #fragment", undefined],
  ])("refuse %s without repeating its query", (text, message, instead) => {
    expect(() => checkAddress(text)).toThrow(expect.objectContaining({ message, instead }));
  });
});
