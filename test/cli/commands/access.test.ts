import { expect, it } from "vitest";
import { readAuth, readTls } from "../../../src/cli/commands/access.js";

it("takes the token from the environment", () => {
  expect(readAuth("X-Api-Key", { SMARTPBX_TOKEN: "s3cret" })).toEqual({
    header: "X-Api-Key",
    tokens: ["s3cret"],
    token: "s3cret",
  });
  expect(readAuth(undefined, { SMARTPBX_TOKEN: "s3cret" })).toBeUndefined();
});

it("takes several tokens, one a line, and calls itself with the first", () => {
  expect(readAuth("X-Api-Key", { SMARTPBX_TOKEN: "\n old \r\n\nnew\n" })).toEqual({
    header: "X-Api-Key",
    tokens: ["old", "new"],
    token: "old",
  });
});

it.each([{}, { SMARTPBX_TOKEN: "" }, { SMARTPBX_TOKEN: " \n" }])(
  "wants a token for the header: %j",
  (env) => {
    expect(() => readAuth("X-Api-Key", env)).toThrow(
      expect.objectContaining({
        code: "missing-token",
        message: "--auth-header X-Api-Key needs a token to compare with, and SMARTPBX_TOKEN is not set",
        fix: 'Choose one: export SMARTPBX_TOKEN="$(openssl rand -hex 32)"',
      }),
    );
  },
);

it("has TLS with both files or not at all", () => {
  expect(readTls("c", "k")).toEqual({ certFile: "c", keyFile: "k" });
  expect(readTls(undefined, undefined)).toBeUndefined();
});
