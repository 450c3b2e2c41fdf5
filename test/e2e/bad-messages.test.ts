/** Everything a phone should not say: each has its outcome, and the call beside it never notices. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Bridge, folder, serve } from "./bridge.js";
import { HealthyCall } from "./healthy-call.js";
import { Phone, QUIET_FRAME } from "./phone.js";
import { readSaved } from "./sound.js";

const LIMITS = ["--start-timeout", "1s", "--idle-timeout", "2s"];
let root: string;
let server: Bridge;
let healthy: HealthyCall;

beforeAll(async () => {
  root = folder();
  const recording = ["--record", join(root, "calls")];
  server = await serve(["--agent-option", "mode=instant", ...LIMITS, ...recording]);
  healthy = await HealthyCall.begin(server.url);
});

/** The codes of the warnings about one call. */
function warnings(callId: string): unknown[] {
  return server
    .all("warning")
    .filter((document) => document.callId === callId)
    .map(({ code }) => code);
}

describe.concurrent("a message that cannot be used is shown once, and the call goes on", () => {
  it.for([
    ["malformed JSON", '{"event":"media"', "malformed-json"],
    ["no JSON at all", "hello", "malformed-json"],
    ["JSON nested 100,000 deep", `${"[".repeat(100_000)}`, "malformed-json"],
    ["a text that is not an object", "[1,2,3]", "no-event"],
    ["an object that names no event", "{}", "no-event"],
    ["an unknown event", '{"event":"mark"}', "unknown-event"],
    ["a binary frame", Buffer.alloc(160, 0x7f), "binary-frame"],
    ["media without a payload", '{"event":"media","media":{}}', "bad-payload"],
    ["a payload that is not text", '{"event":"media","media":{"payload":7}}', "bad-payload"],
    ["a payload that is not base64", '{"event":"media","media":{"payload":"%%%%"}}', "bad-payload"],
    ["an empty payload", '{"event":"media","media":{"payload":""}}', "bad-payload"],
    ["a key that no phone has", '{"event":"dtmf","dtmf":{"digit":"x"}}', "bad-dtmf"],
  ] as const)("%s", async ([, message, code]) => {
    const phone = await Phone.call(server.url);
    await phone.echoed();
    phone.say(message);
    phone.say(message);
    await phone.echoed();
    await phone.hangUp();
    const { callId } = await server.first("call-ended", phone.callId);
    expect(callId).toBe(phone.callId);
    expect(new Set(warnings(phone.callId))).toEqual(new Set([code]));
    expect(phone.others).toEqual([]);
  });

  it("a second start of the same call", async () => {
    const phone = await Phone.call(server.url);
    phone.start();
    await phone.echoed();
    await phone.hangUp();
    await server.first("call-ended", phone.callId);
    expect(warnings(phone.callId)).toEqual(["second-start"]);
    expect(server.all("call-started").filter(({ callId }) => callId === phone.callId)).toHaveLength(1);
  });

  it("media before start is not heard", async () => {
    const phone = await Phone.dial(server.url);
    phone.media(Buffer.alloc(160, 1));
    phone.start();
    await phone.echoed(QUIET_FRAME);
    expect(phone.payloads).toEqual([QUIET_FRAME.toString("base64")]);
    await phone.hangUp();
    await server.first("call-ended", phone.callId);
    // The call had no id yet.
    expect(server.all("warning")).toContainEqual(
      expect.objectContaining({ callId: null, code: "media-before-start" }),
    );
  });

  it("odd-length PCM is carried over, byte by byte", async () => {
    const phone = await Phone.call(server.url, { mediaFormat: { encoding: "pcm16", sampleRate: 24000 } });
    const sound = Buffer.from(Uint8Array.from({ length: 960 * 5 }, (_, i) => i % 251));
    for (let at = 0; at < sound.length; at += 333) phone.media(sound.subarray(at, at + 333));
    await phone.until(() => phone.payloads.length >= 5);
    // Silence may follow: a caller who says nothing more is continued with it.
    const heard = phone.payloads.slice(0, 5).map((payload) => Buffer.from(payload, "base64"));
    expect(Buffer.concat(heard)).toEqual(sound);
    await phone.hangUp();
    expect(warnings(phone.callId)).toEqual([]);
  });

  it("a minute of audio at once is paced; what finds no room is dropped", async () => {
    const phone = await Phone.call(server.url);
    for (let k = 0; k < 3000; k++) phone.media(QUIET_FRAME);
    await phone.echoed();
    await server.first("warning", phone.callId);
    expect(warnings(phone.callId)).toEqual(["agent-overflow"]);
    expect(phone.payloads.length).toBeLessThan(100);
    await phone.hangUp();
  });

  it.for([8000, 16000, 24000, 48000])("Opus at %i Hz that is no Opus", async (sampleRate) => {
    const phone = await Phone.call(server.url, { mediaFormat: { encoding: "opus", sampleRate } });
    for (const head of ["", "OggS", "\u001aE\u00df\u00a3"])
      for (let k = 1; k < 20; k++)
        phone.media(Buffer.concat([Buffer.from(head, "latin1"), Buffer.alloc(k * 9, k * 13)]));
    phone.say({ event: "dtmf", dtmf: { digit: "5" } });
    await server.first("dtmf", phone.callId);
    await phone.hangUp();
    expect(await server.first("call-ended", phone.callId)).toMatchObject({ reason: "caller-hung-up" });
  });

  it.for([
    ["text", "8000"],
    ["a number", 8000],
  ] as const)("the sample rate may be %s", async ([, sampleRate]) => {
    const phone = await Phone.call(server.url, { mediaFormat: { encoding: "g711_ulaw", sampleRate } });
    await phone.echoed();
    await phone.hangUp();
    expect(warnings(phone.callId)).toEqual([]);
  });
});

describe.concurrent("a call that cannot be held is closed, with a reason", () => {
  it.for([
    ["an unknown encoding", { encoding: "g722", sampleRate: 16000 }, "mediaFormat g722/16000"],
    ["a sample rate that no format has", { encoding: "pcm16", sampleRate: 44100 }, "mediaFormat pcm16/44100"],
    ["μ-law at 16 kHz", { encoding: "g711_ulaw", sampleRate: 16000 }, "mediaFormat g711_ulaw/16000"],
    ["a sample rate in words", { encoding: "pcm16", sampleRate: "many" }, "mediaFormat pcm16/many"],
    ["no format", undefined, "mediaFormat (none)/(none)"],
    [
      "a name of long letters",
      { encoding: "あ".repeat(99), sampleRate: "い".repeat(99) },
      expect.stringMatching(/^mediaFormat あ/),
    ],
  ] as const)("%s: 1008", async ([, mediaFormat, reason]) => {
    const phone = await Phone.call(server.url, { mediaFormat });
    expect(await phone.closed).toEqual({ code: 1008, reason });
  });

  it.for([
    ["without content", { event: "start" }, "start has no content"],
    ["without a callId", { event: "start", start: {} }, "start has no callId"],
    ["with a callId of 10 kB", idOf("x".repeat(10_000)), "callId is too long or has control characters"],
    [
      "with control characters in its callId",
      idOf("a\u001b[2Jb\n"),
      "callId is too long or has control characters",
    ],
  ] as const)("a start %s: 1008", async ([, start, reason]) => {
    const phone = await Phone.dial(server.url);
    phone.say(start);
    expect(await phone.closed).toEqual({ code: 1008, reason });
  });

  it("a second start with another callId: 1008", async () => {
    const phone = await Phone.call(server.url);
    phone.start({ callId: "another" });
    expect(await phone.closed).toEqual({ code: 1008, reason: "a start for another call" });
    expect(await server.first("call-ended", phone.callId)).toMatchObject({ reason: "protocol-fault" });
  });

  it("more than fifty unusable messages: 1008", async () => {
    const phone = await Phone.call(server.url);
    for (let i = 0; i < 60; i++) phone.say("nonsense");
    expect(await phone.closed).toEqual({ code: 1008, reason: "too many unusable messages" });
  });

  it("a message of 1 MB: 1009", async () => {
    const phone = await Phone.call(server.url);
    await phone.echoed();
    phone.say(`{"event":"media","media":{"payload":"${"A".repeat(1_000_000)}"}}`);
    expect(await phone.closed).toMatchObject({ code: 1009 });
    expect(await server.first("call-ended", phone.callId)).toMatchObject({ reason: "message-too-big" });
  });

  it("no start: 1008 after --start-timeout", async () => {
    const phone = await Phone.dial(server.url);
    expect(await phone.closed).toEqual({ code: 1008, reason: "no start message came" });
  });

  it("only connected, and no start: 1008 after --start-timeout", async () => {
    const phone = await Phone.dial(server.url);
    phone.say({ event: "connected" });
    expect(await phone.closed).toEqual({ code: 1008, reason: "no start message came" });
  });

  it("nothing any more: 1008 after --idle-timeout", async () => {
    const phone = await Phone.call(server.url);
    await phone.echoed();
    expect(await phone.closed).toEqual({ code: 1008, reason: "nothing came from the PBX any more" });
    expect(await server.first("call-ended", phone.callId)).toMatchObject({ reason: "caller-silent" });
  });
});

describe.concurrent("a call in good order is closed with 1000", () => {
  it.for(["hangup", "stop"])("by %s", async (event) => {
    const phone = await Phone.call(server.url);
    phone.say({ event, [event]: { callId: phone.callId } });
    expect(await phone.closed).toMatchObject({ code: 1000 });
    expect(await server.first("call-ended", phone.callId)).toMatchObject({ reason: "caller-hung-up" });
  });
});

describe.concurrent("ids of a far end", () => {
  it.for([
    ["../../x", "_.._x"],
    ["/etc/passwd", "_etc_passwd"],
    ["..", "call"],
    ["a".repeat(256), "a".repeat(64)],
    ["こんにちは", "_____"],
  ])("%j is a harmless name of a recording", async ([id, name]) => {
    const phone = await Phone.call(server.url, { callId: id });
    await phone.echoed();
    await phone.hangUp();
    const { folder: path } = await server.first("recorded", id);
    expect(String(path)).toMatch(
      new RegExp(`^${root}/calls/\\d{8}T\\d{6}\\.\\d{3}Z-${name.replaceAll(".", "\\.")}$`),
    );
    expect((await readSaved(String(path))).call.callId).toBe(id);
    expect(readdirSync(root)).toEqual(["calls"]);
  });
});

function idOf(callId: string): object {
  const mediaFormat = { encoding: "g711_ulaw", sampleRate: 8000 };
  return { event: "start", start: { callId, accountId: "a", mediaFormat } };
}

it("a call beside all this is not disturbed, and the server lives", async () => {
  await healthy.undisturbed();
  expect(await server.stop()).toBe(0);
  expect(server.stderr).toBe("");
});
