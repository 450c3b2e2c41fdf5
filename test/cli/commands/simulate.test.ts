import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSettings } from "../../../src/cli/commands/simulate.js";
import { type Flags, resolve } from "../../../src/config/resolve.js";

let folder: string;
let provider: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-simulate-"));
  provider = join(folder, "acme.json");
  const record = {
    name: "Acme",
    media: { encoding: "opus", sampleRate: 48000 },
    websocket_url: "wss://acme",
    websocket_headers: { "X-Api-Key": "$KEY", "X-Site": "1" },
  };
  await writeFile(provider, JSON.stringify(record));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (flags: Flags, variables: Record<string, string> = {}) => {
  const env = { KEY: "s3cret", ...variables };
  return readSettings(resolve("simulate", { flags, env }), env);
};

it("calls the configured agent when it is told no address", async () => {
  expect(await read({})).toMatchObject({ endpoint: undefined, agent: "echo" });
});

it("calls an address with the headers", async () => {
  const { endpoint } = await read({ url: "ws://h", header: ["A: $KEY"] });
  expect(endpoint).toEqual({ url: "ws://h", headers: { A: "s3cret" } });
});

it("takes address, format and headers from a provider file", async () => {
  expect(await read({ provider })).toMatchObject({
    format: "opus",
    endpoint: { url: "wss://acme", headers: { "X-Api-Key": "s3cret", "X-Site": "1" } },
  });
});

it("lets flags win over the provider file, header by header", async () => {
  const flags = { provider, url: "ws://127.0.0.1:1", format: "pcm16", header: ["x-api-key: mine"] };
  expect(await read(flags)).toMatchObject({
    format: "pcm16",
    endpoint: { url: "ws://127.0.0.1:1", headers: { "x-api-key": "mine", "X-Site": "1" } },
  });
});

it("lets a provider file win over weaker sources", async () => {
  const variables = { SMARTPBX_URL: "ws://other", SMARTPBX_FORMAT: "pcm16" };
  expect(await read({ provider }, variables)).toMatchObject({
    format: "opus",
    endpoint: { url: "wss://acme" },
  });
});
