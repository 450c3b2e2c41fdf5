import { expect, it } from "vitest";
import { readSettings } from "../../../src/cli/commands/record.js";
import { type Flags, resolve } from "../../../src/config/resolve.js";

const read = (flags: Flags, env: Record<string, string> = {}) =>
  readSettings(resolve("record", { flags, env }), env);

it("needs only the endpoint", () => {
  expect(read({ upstream: "wss://h" })).toMatchObject({
    upstream: "wss://h",
    recordings: "recordings",
    auth: undefined,
  });
  expect(read({}, { SMARTPBX_UPSTREAM: "wss://h" }).upstream).toBe("wss://h");
});

it("says so when it is missing", () => {
  expect(() => read({})).toThrow(
    expect.objectContaining({ code: "bad-flag", fix: "smartpbx-bridge record wss://HOST/media-stream" }),
  );
});
