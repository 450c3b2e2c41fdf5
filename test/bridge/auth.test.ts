import { describe, expect, test } from "vitest";
import { isAuthorized } from "../../src/bridge/auth.js";

describe("header auth", () => {
  const auth = { header: "X-Api-Key", token: "s3cret" };
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
    const bearer = { header: "Authorization", token: "s3cret" };
    expect(isAuthorized({ authorization: "Bearer s3cret" }, bearer)).toBe(true);
    expect(isAuthorized({ authorization: "s3cret" }, bearer)).toBe(true);
    expect(isAuthorized({ authorization: "Bearer other" }, bearer)).toBe(false);
  });
});
