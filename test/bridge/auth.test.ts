import { describe, expect, test } from "vitest";
import { isAuthorized } from "../../src/bridge/auth.js";

describe("header auth", () => {
  const auth = { header: "X-Api-Key", tokens: ["s3cret"] };
  test.each([
    [{ "x-api-key": "s3cret" }, true],
    [{ "x-api-key": "S3cret" }, false],
    [{ "x-api-key": "s3cret " }, false],
    [{ "x-api-key": "" }, false],
    [{ "x-api-key": "Bearer s3cret" }, false],
    [{}, false],
    [{ authorization: "s3cret" }, false],
  ])("%o → %s", (headers, expected) => {
    expect(isAuthorized(headers, auth)).toBe(expected);
  });

  test("Authorization takes the token with and without Bearer", () => {
    const bearer = { header: "Authorization", tokens: ["s3cret"] };
    expect(isAuthorized({ authorization: "Bearer s3cret" }, bearer)).toBe(true);
    expect(isAuthorized({ authorization: "s3cret" }, bearer)).toBe(true);
    expect(isAuthorized({ authorization: "Bearer other" }, bearer)).toBe(false);
  });

  test("while a token is replaced both are taken, in any order", () => {
    for (const tokens of [
      ["old", "new"],
      ["new", "old"],
    ]) {
      for (const right of tokens) {
        expect(isAuthorized({ "x-api-key": right }, { header: "X-Api-Key", tokens })).toBe(true);
        const bearer = { header: "authorization", tokens };
        expect(isAuthorized({ authorization: `Bearer ${right}` }, bearer)).toBe(true);
      }
      for (const wrong of ["", "oldnew", "old\nnew", "old, new", "ne"])
        expect(isAuthorized({ "x-api-key": wrong }, { header: "X-Api-Key", tokens })).toBe(false);
    }
  });

  test("without a token nobody is let in", () => {
    expect(isAuthorized({ "x-api-key": "" }, { header: "X-Api-Key", tokens: [] })).toBe(false);
  });
});
