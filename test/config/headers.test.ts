import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkHeaderName, readHeaders, splitHeader } from "../../src/config/headers.js";

const env = { TOKEN: "s3cret", EMPTY: "" };

describe("header values", () => {
  it("are filled in from the environment", () => {
    expect(readHeaders([["Authorization", "Bearer $TOKEN"]], env)).toEqual({
      Authorization: "Bearer s3cret",
    });
    expect(readHeaders([["X-Key", "a$" + "{TOKEN}b"]], env)).toEqual({ "X-Key": "as3cretb" });
    expect(readHeaders([["X-Price", "5$$ $5"]], env)).toEqual({ "X-Price": "5$ $5" });
  });

  it.each(["MISSING", "EMPTY"])("that name %s, which is not set, are refused", (name) => {
    expect(() => readHeaders([["X-Key", `$${name}`]], env)).toThrow(
      expect.objectContaining({
        message: `a header uses $${name}, which is not set`,
        fix: `Set it first: export ${name}=…   (a plain dollar sign is written $$)`,
      }),
    );
  });

  it("never stand in an error", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{8,20}$/), (secret) => {
        for (const pair of [
          ["X-Key", `${secret}\r\n`],
          ["X Key", secret],
          ["X-Key", `${secret}$NOPE`],
        ] as const)
          expect(() => readHeaders([pair], {})).toThrow(
            expect.objectContaining({ message: expect.not.stringContaining(secret) }),
          );
      }),
    );
  });
});

it("keeps the last of two headers with one name", () => {
  expect(
    readHeaders(
      [
        ["X-A", "1"],
        ["x-a", "2"],
      ],
      {},
    ),
  ).toEqual({ "x-a": "2" });
});

it("takes __proto__ for a name like any other", () => {
  expect(Object.keys(readHeaders([["__proto__", "1"]], {}))).toEqual(["__proto__"]);
});

it("splits at the first colon", () => {
  expect(splitHeader("Referer: http://x:1")).toEqual(["Referer", "http://x:1"]);
});

it("does not repeat what may be a secret without its name", () => {
  expect(() => splitHeader("s3cret")).toThrow("a header needs a name, a colon and a value");
});

it("refuses names that no header can have", () => {
  expect(() => checkHeaderName("X Key")).toThrow("that is not the name of a header");
});
