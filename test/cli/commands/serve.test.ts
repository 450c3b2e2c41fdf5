import { expect, it } from "vitest";
import { readSettings } from "../../../src/cli/commands/serve.js";
import { type Flags, resolve } from "../../../src/config/resolve.js";

const read = (flags: Flags, env: Record<string, string> = {}) =>
  readSettings(resolve("serve", { flags, env }), env);

it("needs nothing", () => {
  expect(read({})).toMatchObject({ port: 8080, agent: "echo", auth: undefined, tls: undefined });
});

it("puts together who may call and the certificate", () => {
  const settings = read({ authHeader: "X-Api-Key", tlsCert: "c", tlsKey: "k" }, { SMARTPBX_TOKEN: "s3cret" });
  expect(settings.auth).toEqual({ header: "X-Api-Key", tokens: ["s3cret"], token: "s3cret" });
  expect(settings.tls).toEqual({ certFile: "c", keyFile: "k" });
});
