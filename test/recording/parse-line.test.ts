import fc from "fast-check";
import { expect, it } from "vitest";
import { mediaLine } from "../../src/recording/lines.js";
import { LineParser } from "../../src/recording/parse-line.js";

const SIZES = { "caller.bin": 1_000_000, "agent.bin": 2_000_000 };
const parse = (text: string) => {
  const block = Buffer.from(`x\n${text}\n{"t":1}\n`);
  const parser = new LineParser(SIZES);
  parser.at = 2;
  const event = parser.next(block);
  expect(block.toString("utf8", parser.at)).toBe('{"t":1}\n');
  return event;
};
/** A space that the writer never writes makes it JSON like any other. */
const parseAsJson = (text: string) => parse(text.replace("{", "{ "));

const whole = fc.oneof(fc.nat(1000), fc.nat(3_000_000), fc.maxSafeNat());
const line = fc.oneof(
  fc
    .tuple(fc.nat(1e9), whole, whole, fc.option(fc.nat(1e9), { nil: undefined }))
    .map(([at, offset, length, planned]) =>
      mediaLine(at / 1000, "caller.bin", offset, length, undefined, planned).trim(),
    ),
  fc
    .tuple(fc.nat(1e9), whole, whole, fc.nat(1e9))
    .map(([at, offset, length, heard]) =>
      mediaLine(at / 1000, "agent.bin", offset, length, heard / 1000).trim(),
    ),
  fc
    .tuple(whole, fc.constantFrom("in", "out"), whole)
    .map(([t, dir, bytes]) => `{"t":${t},"leg":"agent","dir":"${dir}","type":"media","bytes":${bytes}}`),
);

it("gives of a line of audio what a JSON parser gives", () => {
  fc.assert(
    fc.property(line, (text) => {
      expect(parse(text)).toEqual(parseAsJson(text));
    }),
  );
});

it("gives of a damaged line what a JSON parser gives", () => {
  const piece = fc.oneof(
    fc.constantFrom("0", "-", ".5", "e9", '"', "}", ",", " ", "\\", "media", "00", ',"x":1', ',"t":7'),
    fc.string({ maxLength: 3 }).map((text) => text.replaceAll("\n", "")),
  );
  fc.assert(
    fc.property(line, fc.nat(200), fc.nat(3), piece, (text, at, cut, piece) => {
      const start = at % text.length;
      const damaged = text.slice(0, start) + piece + text.slice(start + cut);
      // What comes before the first brace is no place for a space.
      if (damaged.startsWith("{")) expect(parse(damaged)).toEqual(parseAsJson(damaged));
      else expect(parse(damaged)).toBeTypeOf(parse(` ${damaged}`) instanceof Object ? "object" : "string");
    }),
    { numRuns: 2000 },
  );
});

it("believes no time that no call has", () => {
  const far = 31 * 24 * 3600 * 1e6;
  expect(parse(mediaLine(far / 1000, "caller.bin", 0, 160).trim())).toBe("t is not a time");
});
