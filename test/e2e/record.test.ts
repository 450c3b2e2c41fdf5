/** `record` between SmartPBX and an endpoint: nothing is changed on the way, and everything is kept. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeSmartpbxEndpoint } from "../../src/testing/fake-smartpbx-endpoint.js";
import { folder, record, serve, simulate } from "./bridge.js";
import { Phone } from "./phone.js";
import { bytes, savedCall, voice, wav } from "./sound.js";

describe.concurrent("record", () => {
  it.for([
    ["--format", "g711_ulaw"],
    ["--format", "pcm16"],
    ["--format", "opus"],
    ["--format", "opus", "--opus-framing", "ogg"],
    ["--format", "opus", "--opus-framing", "webm"],
  ])("saves the very payloads of the wire: %o", async (format) => {
    const [atCaller, between, atEndpoint] = [folder(), folder(), folder()];
    const endpoint = await serve(["--agent-option", "pause=200", "--record", atEndpoint]);
    const recorder = await record(endpoint.url, ["--out", between]);
    const said = wav(voice(300, 500), 24000);
    const caller = simulate(["--url", recorder.url, "--wav", said, "--record", atCaller, ...format]);
    expect(await caller.exit, caller.output).toBe(0);
    for (const process of [recorder, endpoint]) {
      await process.first("recorded");
      expect(await process.stop()).toBe(0);
      expect(process.all("warning")).toEqual([]);
    }
    const sent = await savedCall(atCaller);
    const passed = await savedCall(between);
    const received = await savedCall(atEndpoint);
    expect(sent.caller.length).toBeGreaterThan(80);
    expect(received.agent.length).toBeGreaterThan(15);
    expect(bytes(passed.caller)).toEqual(bytes(sent.caller));
    expect(bytes(passed.agent)).toEqual(bytes(sent.agent));
    expect(bytes(received.caller)).toEqual(bytes(sent.caller));
    expect(bytes(received.agent)).toEqual(bytes(sent.agent));
    expect(passed.call).toMatchObject({ source: "record", state: "closed", reason: "caller-hung-up" });
  });

  it("forwards start and hangup with all their fields, and every key", async () => {
    const endpoint = await fakeSmartpbxEndpoint();
    const recorder = await record(endpoint.url, ["--out", folder()]);
    const phone = await Phone.call(recorder.url, {
      calleeIdNumber: 7,
      region: "lk",
      tags: ["a", { b: null }],
    });
    const upstream = await endpoint.next();
    phone.say({ event: "dtmf", dtmf: { callId: phone.callId, digit: "5", duration: 90 } });
    phone.say({ event: "hangup", hangup: { callId: phone.callId, reason: "busy", extra: 1 } });
    await phone.closed;
    await upstream.ended;
    expect(upstream.faults).toEqual([]);
    expect(upstream.rawStart).toEqual({
      event: "start",
      start: {
        callId: phone.callId,
        otherLegCallId: `${phone.callId}-b`,
        callerIdNumber: "+12025550101",
        calleeIdNumber: 7,
        accountId: "account-1",
        mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
        region: "lk",
        tags: ["a", { b: null }],
      },
    });
    expect(upstream.digits).toEqual(["5"]);
    expect(upstream.rawHangup).toEqual({
      event: "hangup",
      hangup: { callId: phone.callId, reason: "busy", extra: 1 },
    });
    await endpoint.close();
  });

  it("passes the endpoint's answer on as it comes, without pacing", async () => {
    const endpoint = await fakeSmartpbxEndpoint();
    const recorder = await record(endpoint.url, ["--out", folder()]);
    const phone = await Phone.call(recorder.url);
    const upstream = await endpoint.next();
    await upstream.until(({ call }) => call !== undefined);
    for (const length of [160, 1, 333, 8000]) upstream.speak(new Uint8Array(length).fill(length % 256));
    await phone.until(() => phone.payloads.length === 4);
    expect(phone.payloads.map((payload) => Buffer.from(payload, "base64").length)).toEqual([
      160, 1, 333, 8000,
    ]);
    await phone.hangUp();
    await endpoint.close();
  });

  it("sends the headers that the endpoint wants", async () => {
    const env = { SMARTPBX_TOKEN: "planted-token", KEY: "planted-token" };
    const endpoint = await serve(["--auth-header", "X-Api-Key"], { env });
    const recorder = await record(endpoint.url, ["--header", "X-Api-Key: $KEY", "--out", folder()], {
      env: { KEY: "planted-token" },
    });
    const caller = simulate(["--url", recorder.url, "--hang-up-after", "300ms"]);
    expect(await caller.exit).toBe(0);
    await endpoint.first("call-ended");
  });

  it("an endpoint that refuses: 1011, and the recording says why", async () => {
    const out = folder();
    const endpoint = await serve(["--auth-header", "X-Api-Key"], { env: { SMARTPBX_TOKEN: "right" } });
    const recorder = await record(endpoint.url, ["--out", out]);
    const phone = await Phone.call(recorder.url);
    expect(await phone.closed).toEqual({
      code: 1011,
      reason: "the agent is not available",
    });
    expect(await recorder.first("call-ended")).toMatchObject({ reason: "agent-unreachable" });
    await recorder.first("recorded");
    expect((await savedCall(out)).call.detail).toMatch(/HTTP 401/);
  });

  it("an endpoint that is down: 1011", async () => {
    const recorder = await record("ws://127.0.0.1:1/media-stream", ["--out", folder()]);
    const caller = simulate(["--url", recorder.url]);
    expect(await caller.exit).toBe(1);
    expect(caller.documents.at(-1)).toMatchObject({ failures: { "agent-failed": 1 } });
    expect(await recorder.first("call-ended")).toMatchObject({
      reason: "agent-unreachable",
      detail: expect.stringMatching(/nothing listens there$/),
    });
    expect(recorder.isRunning).toBe(true);
  });

  it("an endpoint that dies in mid-call: 1011, and what was said is kept", async () => {
    const out = folder();
    const endpoint = await serve(["--agent-option", "mode=instant"]);
    const recorder = await record(endpoint.url, ["--out", out]);
    const phone = await Phone.call(recorder.url);
    for (let i = 0; i < 5; i++) await phone.echoed(Buffer.alloc(160, i));
    await endpoint.kill();
    expect(await phone.closed).toMatchObject({ code: 1011 });
    expect(await recorder.first("call-ended")).toMatchObject({ reason: "agent-failed" });
    await recorder.first("recorded");
    const saved = await savedCall(out);
    expect(bytes(saved.agent)).toEqual(bytes(saved.caller));
    expect(saved.agent).toHaveLength(5);
    expect(readdirSync(join(saved.folder)).sort()).toEqual([
      "agent.bin",
      "call.json",
      "call.wav",
      "caller.bin",
      "events.jsonl",
    ]);
  });
});
