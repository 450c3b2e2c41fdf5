import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { parseEndpointMessage, parsePbxMessage } from "../../../src/protocol/parse.js";
import { exportHar } from "../../../src/recording/export/har.js";
import { openRecording } from "../../../src/recording/reader.js";
import { callerAudio, ended, record, started, temporaryFolder } from "../calls.js";
import { eventfulCall } from "./call.js";

const CREATOR = { name: "smartpbx-bridge", version: "1.2.3" };

const pairs = z.array(z.strictObject({ name: z.string(), value: z.string() }));
const count = z.number().int().min(-1);
/** HAR 1.2 (W3C web performance, HAR specification), with the fields that Chrome DevTools adds. Nothing else may stand in it. */
const HAR = z.strictObject({
  log: z.strictObject({
    version: z.literal("1.2"),
    creator: z.strictObject({ name: z.string(), version: z.string() }),
    pages: z.array(z.never()),
    entries: z.tuple([
      z.strictObject({
        _initiator: z.strictObject({ type: z.enum(["parser", "script", "preload", "preflight", "other"]) }),
        _priority: z.string(),
        _resourceType: z.literal("websocket"),
        _webSocketMessages: z.array(
          z.strictObject({
            type: z.enum(["send", "receive"]),
            time: z.number(),
            opcode: z.literal(1),
            data: z.string(),
          }),
        ),
        cache: z.strictObject({}),
        request: z.strictObject({
          method: z.literal("GET"),
          url: z.url({ protocol: /^wss?$/ }),
          httpVersion: z.string(),
          headers: pairs,
          queryString: pairs,
          cookies: pairs,
          headersSize: count,
          bodySize: count,
        }),
        response: z.strictObject({
          status: z.literal(101),
          statusText: z.string(),
          httpVersion: z.string(),
          headers: pairs,
          cookies: pairs,
          content: z.strictObject({ size: count, mimeType: z.string() }),
          redirectURL: z.string(),
          headersSize: count,
          bodySize: count,
          _transferSize: count,
          _error: z.null(),
        }),
        serverIPAddress: z.string(),
        startedDateTime: z.iso.datetime(),
        time: z.number().min(0),
        timings: z.strictObject({
          blocked: z.number(),
          dns: z.number(),
          connect: z.number(),
          ssl: z.number(),
          send: z.number().min(0),
          wait: z.number().min(0),
          receive: z.number().min(0),
        }),
      }),
    ]),
  }),
});

async function harOf(folder: string) {
  const recording = await openRecording(folder);
  const path = join(await temporaryFolder(), "call.har");
  await exportHar(recording, path, CREATOR);
  await recording.close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  return HAR.parse(JSON.parse(await readFile(path, "utf8"))).log;
}

it("holds the messages of the wire, as the PBX saw them", async () => {
  const folder = await record(await temporaryFolder(), eventfulCall(), {
    showPersonal: true,
    agent: "smartpbx:wss://example.net/voice?room=1",
  });
  const { creator, entries } = await harOf(folder);
  expect(creator).toEqual(CREATOR);
  const [{ _webSocketMessages: messages, request, startedDateTime, time }] = entries;
  expect(request).toMatchObject({
    url: "wss://example.net/voice?room=1",
    queryString: [{ name: "room", value: "1" }],
  });
  expect(time).toBe(6000);
  const sent = messages.filter(({ type }) => type === "send").map(({ data }) => parsePbxMessage(data));
  expect(sent[0]).toMatchObject({ type: "fault" }); // this start message is a short one
  const kinds = sent.slice(1).map(({ type }) => type);
  expect(new Set(kinds)).toEqual(new Set(["media", "dtmf", "hangup"]));
  expect(sent.find(({ type }) => type === "dtmf")).toMatchObject({
    digit: "7",
    durationMs: 120,
    callId: "call-1",
  });
  expect(sent.at(-1)).toMatchObject({ type: "hangup", reason: "call 0771234512 back" });
  const caller = sent.flatMap((message) => (message.type === "media" ? [message.payload.bytes] : []));
  expect(Buffer.concat(caller)).toEqual(await readFile(join(folder, "caller.bin")));
  const received = messages
    .filter(({ type }) => type === "receive")
    .map(({ data }) => parseEndpointMessage(data));
  const agent = received.flatMap((message) => (message.type === "media" ? [message.payload.bytes] : []));
  expect(received).toHaveLength(agent.length);
  expect(received[0]).toMatchObject({ callId: "call-1", accountId: "acc-1" });
  expect(Buffer.concat(agent)).toEqual(await readFile(join(folder, "agent.bin")));
  const first = messages.find(({ data }) => data.includes('"media"'))!;
  expect(first.time).toBeCloseTo(Date.parse(startedDateTime) / 1000 + 0.01, 6);
});

it("keeps masked what is masked, and says how long payloads were that are not there", async () => {
  const folder = await record(await temporaryFolder(), eventfulCall(), { noAudio: true });
  const [{ _webSocketMessages: messages, request }] = (await harOf(folder)).entries;
  expect(request.url).toBe("wss://endpoint.invalid/media-stream");
  const all = JSON.stringify(messages);
  expect(all).not.toMatch(/771234512|0771|77 123/);
  expect(all).toContain("[160 bytes, not recorded]");
  expect(messages.find(({ data }) => data.includes("dtmf"))!.data).toContain('"digit":"?"');
});

it("is written whole or not at all, and not over the recording", async () => {
  const folder = await record(await temporaryFolder(), [
    started(),
    callerAudio(0, new Uint8Array(9)),
    ended(20),
  ]);
  const recording = await openRecording(folder);
  const place = await temporaryFolder();
  await mkdir(join(place, "folder"));
  await symlink(folder, join(place, "alias"));
  await writeFile(join(place, "old.har"), "old");
  await symlink("old.har", join(place, "link.har"));
  for (const [path, reason] of [
    [join(folder, "events.jsonl"), "it is a part of the recording itself"],
    [join(place, "alias", "caller.bin"), "it is a part of the recording itself"],
    [join(place, "folder"), "it is there and is not a file"],
    ["/dev/null", "it is there and is not a file"],
    [join(place, "nowhere", "call.har"), "there is no such folder"],
  ])
    await expect(exportHar(recording, path, CREATOR)).rejects.toMatchObject({
      code: "cannot-write",
      message: `cannot write ${path}: ${reason}`,
    });
  await exportHar(recording, join(place, "link.har"), CREATOR);
  HAR.parse(JSON.parse(await readFile(join(place, "old.har"), "utf8")));
  expect((await readdir(place)).sort()).toEqual(["alias", "folder", "link.har", "old.har"]);
  expect((await readdir(folder)).sort()).toEqual([
    "agent.bin",
    "call.json",
    "call.wav",
    "caller.bin",
    "events.jsonl",
  ]);
  await recording.close();
});
