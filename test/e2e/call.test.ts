/** The main job, end to end: a voice calls the bridge and comes back, in every format, profile and framing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { silence } from "../../src/audio/signal.js";
import { type Bridge, folder, type RunOptions, serve, simulate } from "./bridge.js";
import { Phone } from "./phone.js";
import { likeness, readSaved, samplesOf, savedCall, voice, wav } from "./sound.js";

const QUICK_ECHO = ["--agent-option", "pause=200"];
const words = voice(300, 700);
let server: Bridge;
let recordings: string;
let said: string;

beforeAll(async () => {
  recordings = folder();
  server = await serve(["--record", recordings, ...QUICK_ECHO]);
  said = wav(words, 24000);
});

/** Calls the server with a few words; gives the caller's report and the WAV of what they heard. */
async function called(args: readonly string[], options?: RunOptions) {
  const out = join(folder(), "reply.wav");
  const caller = simulate(["--url", server.url, "--wav", said, "--out", out, ...args], options);
  const code = await caller.exit;
  expect(caller.stderr).toBe("");
  return { caller, code, out };
}

/** @param atLeast how much of the words is to be heard: Opus throws a part away, twice. */
function expectWords(out: string, atLeast = 0.9): void {
  const { sampleRate, samples } = samplesOf(out);
  expect(likeness(resampleAll(words, 24000, sampleRate), samples, sampleRate)).toBeGreaterThan(atLeast);
}

/** The recording that the server made of the caller's only call. */
async function recordingOf(caller: Bridge) {
  const { callId } = await caller.first("call-started");
  const { folder: path } = await server.first("recorded", String(callId));
  return readSaved(String(path));
}

describe.concurrent("a call", () => {
  it("of the sample voice comes back as it was said", async () => {
    const out = join(folder(), "reply.wav");
    const caller = simulate(["--url", server.url, "--out", out]);
    expect(await caller.exit).toBe(0);
    const { sampleRate, samples } = samplesOf(out);
    const whole = voice(0, 8860);
    for (const fromMs of [500, 6500]) {
      const piece = resampleAll(whole.subarray(fromMs * 24, (fromMs + 1000) * 24), 24000, sampleRate);
      expect(likeness(piece, samples, sampleRate)).toBeGreaterThan(0.9);
    }
  });

  it.for(["g711_ulaw", "pcm16", "opus"])("speaks %s", async (format) => {
    const { caller, code, out } = await called(["--format", format]);
    expect(code).toBe(0);
    expectWords(out, format === "opus" ? 0.8 : 0.9);
    const saved = await recordingOf(caller);
    expect(saved.call).toMatchObject({
      state: "closed",
      reason: "caller-hung-up",
      format: { encoding: format },
    });
    expect(saved.caller.length).toBeGreaterThan(100);
    expect(saved.agent.length).toBeGreaterThan(30);
  });

  it.for([
    ["raw", /./],
    ["ogg", /^4f676753/],
    ["webm", /^1a45dfa3/],
  ] as const)("is answered in Opus framed as %s", async ([framing, head]) => {
    const { caller, code, out } = await called(["--format", "opus", "--opus-framing", framing]);
    expect(code).toBe(0);
    expectWords(out, 0.8);
    const { caller: sent, agent: answered } = await recordingOf(caller);
    expect(sent[0].hex).toMatch(head);
    expect(answered[0].hex).toMatch(head);
  });

  it.for(["readme", "v06", "v07"])("follows the profile %s", async (profile) => {
    const { caller, code, out } = await called(["--profile", profile, "--dtmf", "5@200ms"]);
    expect(code).toBe(0);
    expectWords(out);
    const { events, call } = await recordingOf(caller);
    const types = new Set(events.map(({ type }) => type));
    const isReadme = profile === "readme";
    expect(call.otherLegCallId === undefined).toBe(isReadme);
    expect(types.has("dtmf")).toBe(!isReadme);
    expect(types.has("hangup")).toBe(!isReadme);
    expect(caller.all("warning").map(({ code }) => code)).toEqual(isReadme ? ["no-dtmf"] : []);
  });

  it("needs no address: the agent is started for it", async () => {
    const cwd = folder();
    const out = join(cwd, "reply.wav");
    const args = ["--wav", said, "--out", "reply.wav", "--record", "calls", ...QUICK_ECHO];
    const caller = simulate(args, { cwd });
    expect(await caller.exit).toBe(0);
    expect(caller.documents[0]).toMatchObject({ type: "listening", agent: "echo" });
    expectWords(out);
    const saved = await savedCall(join(cwd, "calls"));
    expect(saved.call).toMatchObject({ source: "simulate", state: "closed" });
  });

  it("finds its endpoint in a provider file", async () => {
    const cwd = folder();
    const media = { encoding: "pcm16", sampleRate: 24000 };
    const provider = {
      name: "mine",
      media,
      websocket_url: server.url,
      websocket_headers: { "X-Key": "$KEY" },
    };
    writeFileSync(join(cwd, "provider.json"), JSON.stringify(provider));
    const args = ["--provider", "provider.json", "--wav", said, "--out", "reply.wav"];
    const caller = simulate(args, { cwd, env: { KEY: "k" } });
    expect(await caller.exit).toBe(0);
    expectWords(join(cwd, "reply.wav"));
    expect((await recordingOf(caller)).call.format).toEqual(media);
  });

  it("passes key presses on at their time", async () => {
    const { caller } = await called(["--dtmf", "1@200ms,#@600ms"]);
    const { events } = await recordingOf(caller);
    const keys = events.filter(({ type }) => type === "dtmf");
    expect(keys.map(({ digit }) => digit)).toEqual(["?", "?"]);
    expect((keys[1].t - keys[0].t) / 1000).toBeGreaterThan(300);
    expect((keys[1].t - keys[0].t) / 1000).toBeLessThan(500);
  });

  it("is hung up after a time", async () => {
    const { caller, code } = await called(["--hang-up-after", "600ms"]);
    expect(code).toBe(0);
    const { callId } = await caller.first("call-started");
    const ended = await server.first("call-ended", String(callId));
    expect(ended).toMatchObject({ reason: "caller-hung-up", framesIn: 30 });
  });

  it("is cut after a time", async () => {
    const { caller, code } = await called(["--drop-after", "600ms"]);
    expect(code).toBe(0);
    const { callId } = await caller.first("call-started");
    expect(await server.first("call-ended", String(callId))).toMatchObject({ reason: "caller-lost" });
  });

  it("is one of twenty, ten at a time", async () => {
    const { caller, code } = await called([
      "--calls",
      "20",
      "--concurrency",
      "10",
      "--hang-up-after",
      "1500ms",
    ]);
    expect(code).toBe(0);
    expect(caller.all("summary")).toMatchObject([{ calls: 20, ok: 20, failed: 0, complaints: {} }]);
    const ids = new Set(caller.all("call-started").map(({ callId }) => callId));
    expect(ids.size).toBe(20);
    for (const callId of ids) await server.first("call-ended", String(callId));
  }, 40_000);

  it("of silence is silence", async () => {
    const out = join(folder(), "reply.wav");
    const quiet = wav(silence(600, 8000), 8000);
    const instant = await serve(["--agent-option", "mode=instant"]);
    const caller = simulate(["--url", instant.url, "--wav", quiet, "--hang-up-after", "1s", "--out", out]);
    expect(await caller.exit).toBe(0);
    expect(samplesOf(out).samples.some((sample) => sample !== 0)).toBe(false);
    const phone = await Phone.call(instant.url);
    await phone.echoed();
    expect(phone.payloads[0]).toBe(Buffer.alloc(160, 0xff).toString("base64"));
    await phone.hangUp();
  });
});
