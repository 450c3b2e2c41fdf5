import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readProvider } from "../../src/config/provider.js";

const RECORD = {
  name: "Acme",
  media: { encoding: "pcm16", sampleRate: 24000 },
  websocket_url: "wss://acme.example.com/ws/media-stream",
  websocket_headers: { "X-Api-Key": "$KEY" },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-provider-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(content: unknown) {
  const path = join(folder, "acme.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return readProvider(path, { KEY: "s3cret" });
}

it("reads the portal's four fields", async () => {
  expect(await read(RECORD)).toEqual({
    name: "Acme",
    format: "pcm16",
    url: "wss://acme.example.com/ws/media-stream",
    headers: { "X-Api-Key": "s3cret" },
  });
});

it("takes a sample rate as text, and no headers", async () => {
  const { websocket_headers: _, ...record } = RECORD;
  const media = { encoding: "g711_ulaw", sampleRate: "8000" };
  expect(await read({ ...record, media })).toMatchObject({ format: "g711_ulaw", headers: {} });
});

it.each([
  ["no JSON", "{", "acme.json: the file is not valid JSON"],
  ["no object", [], "acme.json: the file is not a JSON object"],
  [
    "another field",
    { ...RECORD, websocket_uri: "x" },
    'acme.json: "websocket_uri" is not one of the portal\'s fields',
  ],
  ["no name", { ...RECORD, name: undefined }, "acme.json: name is missing"],
  ["no address", { ...RECORD, websocket_url: undefined }, "acme.json: websocket_url is missing"],
  [
    "no WebSocket address",
    { ...RECORD, websocket_url: "https://x" },
    "acme.json: the address begins with https://",
  ],
  ["no media", { ...RECORD, media: undefined }, "acme.json: media is missing"],
  [
    "another format",
    { ...RECORD, media: { encoding: "pcm16", sampleRate: 8000 } },
    "acme.json: media is not a format that the portal offers",
  ],
  [
    "a header without a text",
    { ...RECORD, websocket_headers: { A: 1 } },
    "acme.json: the value of A in websocket_headers is not a text",
  ],
  [
    "a header from nowhere",
    { ...RECORD, websocket_headers: { A: "$NOPE" } },
    "acme.json: a header uses $NOPE, which is not set",
  ],
])("refuses %s", async (_, content, message) => {
  await expect(read(content)).rejects.toMatchObject({
    code: "bad-provider-file",
    message,
    fix: expect.stringMatching(/\S/),
  });
});

it("suggests the field that was meant", async () => {
  await expect(read({ ...RECORD, websocket_uri: "x" })).rejects.toMatchObject({
    fix: "Did you mean websocket_url?",
  });
});

it("says that there is no such file", async () => {
  await expect(readProvider(join(folder, "gone.json"), {})).rejects.toMatchObject({ code: "cannot-read" });
});
