/** Calls of a test: by scenario, by sound, to an agent, to a URL, on real and on manual time. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { bestLag, sine, sweep } from "../../src/audio/signal.js";
import { readWav, writeWav } from "../../src/audio/wav.js";
import {
  analyseRecording,
  defineScenario,
  fakeSmartpbxEndpoint,
  ManualClock,
  placeCall,
  ScriptedAgent,
} from "../../src/testing.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testing-place-call-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ULAW = PORTAL_FORMATS.g711_ulaw;
const fast = () => ({ agent: "echo", clock: new ManualClock() });
const chirp = { samples: sweep(300, 3000, -9, 600, 24000), rate: 24000 };

describe("on a manual clock", () => {
  it("plays a scenario faster than it is spoken, with the same numbers each time", async () => {
    const [call, again] = await Promise.all([
      placeCall("conversation", fast()),
      placeCall("conversation", fast()),
    ]);
    expect(call).toMatchObject({ ok: true, reason: "hung-up", detail: "the caller hung up" });
    expect(call.firstAudioMs).toEqual([700, 700]);
    expect(call.verdicts.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(call.summary).toEqual(again.summary);
    expect(call.analysis.utterances).toEqual(again.analysis.utterances);
    expect(call.events.map(({ type }) => type)).toEqual(again.events.map(({ type }) => type));
    expect(call.events[0]).toMatchObject({ type: "call-started", at: 0 });
  });

  it.each(["g711_ulaw", "pcm16", "opus"] as const)("hears in %s what was said", async (format) => {
    const call = await placeCall(chirp, { ...fast(), format });
    const { samples, sampleRate } = call.heard;
    expect(sampleRate).toBe({ g711_ulaw: 8000, pcm16: 24000, opus: 24000 }[format]);
    expect(readWav(call.heard.wav())).toEqual({ samples, sampleRate });
    const said = sweep(300, 3000, -9, 600, sampleRate);
    const from = samples.findIndex((sample) => Math.abs(sample) > 500);
    const { correlation } = bestLag(said, samples.subarray(from - sampleRate / 50), sampleRate / 20);
    expect(correlation).toBeGreaterThan(format === "opus" ? 0.5 : 0.9);
  });

  it("takes every kind of words", async () => {
    const path = join(folder, "tone.wav");
    const file = writeWav(sine(440, -9, 300, 16000), 16000);
    await writeFile(path, file);
    const all = [{ wav: path }, { wav: file }, { tone: 440, ms: 300 }, { clip: "hello" as const }];
    for (const call of await Promise.all(all.map((words) => placeCall(words, fast()))))
      expect(call).toMatchObject({ ok: true, firstAudioMs: [700], verdicts: [], greetingMs: undefined });
    expect(await placeCall({ silence: 500 }, fast())).toMatchObject({ ok: true, firstAudioMs: [] });
    await expect(placeCall({} as never, fast())).rejects.toThrow("one of wav, tone, silence, clip");
  });

  it("judges a scenario given as an object, transcripts and all", async () => {
    const agent = new ScriptedAgent({ hears: ULAW, speaks: ULAW });
    const talking = agent.next().then((conversation) => {
      conversation.speak(Buffer.alloc(8000, 0x10));
      conversation.emit({ type: "transcript", who: "agent", text: "Good  morning!" });
    });
    const scenario = defineScenario({
      turns: [{ wait: "agent", timeout: "2s" }, { "hang-up": true }],
      expect: { "transcript-contains": "good morning", "ended-by": "agent" },
    });
    const call = await placeCall(scenario, { agent, clock: new ManualClock() });
    await talking;
    expect(call.transcripts).toMatchObject([{ who: "agent", text: "Good  morning!" }]);
    expect(call).toMatchObject({ ok: false, reason: "expectation-failed" });
    expect(call.verdicts).toMatchObject([{ ok: true }, { ok: false, measured: "caller" }]);
  });

  it("records the call, masked unless told otherwise", async () => {
    const call = await placeCall(
      { tone: 440, ms: 200 },
      { ...fast(), record: folder, caller: "+94771234567" },
    );
    const file = JSON.parse(await readFile(join(call.recording ?? "", "call.json"), "utf8"));
    expect(file).toMatchObject({
      state: "closed",
      agent: "echo",
      caller: "+94 77 *** **67",
      source: "simulate",
    });
    expect(file.callId).toBe(call.callId);
  });

  it("says what went wrong at the agent, and does not throw for it", async () => {
    const agent = new ScriptedAgent({ script: () => Promise.reject(new Error("no key")) });
    const call = await placeCall({ tone: 440 }, { agent, clock: new ManualClock() });
    expect(call).toMatchObject({ ok: false, reason: "agent-failed" });
    expect(call.detail).toContain("no key");
    expect(call.analysis.end?.reason).toBe("agent-unreachable");
  });
});

describe("a recording", () => {
  it.each(["exact", "turns"] as const)("is played again (%s) and compared", async (timing) => {
    const scenario = {
      turns: [{ say: { clip: "hello" } }, { wait: "1500ms" }, { dtmf: "5" }, { "hang-up": true }],
    } as const;
    const first = await placeCall(scenario, { ...fast(), record: join(folder, timing) });
    const recording = first.recording ?? "";
    expect((await analyseRecording(recording)).utterances).toEqual(first.analysis.utterances);
    const again = await placeCall(recording, { ...fast(), timing });
    expect(again.verdicts.filter(({ ok }) => !ok)).toEqual([]);
    expect(again).toMatchObject({ ok: true, callId: first.callId, recording: undefined });
    expect(again.verdicts.length).toBeGreaterThan(3);
    expect(again.firstAudioMs).toEqual(first.firstAudioMs);
    if (timing === "exact") expect(again.heard.samples).toEqual(first.heard.samples);

    const late = await placeCall(recording, { ...fast(), timing, agentOptions: { pause: 1300 } });
    expect(late).toMatchObject({ ok: false, reason: "expectation-failed" });
    expect(late.detail).toBe(late.verdicts[0].reason);
    expect(late.detail).toMatch(/reply/);

    const kept = await placeCall(recording, { ...fast(), timing, record: folder });
    expect((await readFile(join(kept.recording ?? "", "caller.bin"))).length).toBeGreaterThan(10_000);
  });

  it("brings its own format, numbers and keys", async () => {
    const { recording = "" } = await placeCall({ tone: 440, ms: 200 }, { ...fast(), record: folder });
    await expect(placeCall(recording, { ...fast(), format: "opus", seed: 1 })).rejects.toThrow(
      "format, seed: a recording brings its own, leave it out",
    );
    const empty = await mkdtemp(join(folder, "empty-"));
    await expect(placeCall(empty, fast())).rejects.toMatchObject({ code: "bad-recording" });
  });
});

describe("in real time", () => {
  it("calls a URL with its headers, presses keys and hangs up in time", async () => {
    const endpoint = await fakeSmartpbxEndpoint();
    const { url } = endpoint;
    const calling = placeCall(
      { silence: 100 },
      { url, profile: "v07", keys: [{ digit: "5", atMs: 40 }], hangUpAfter: "200ms", account: "acme" },
    );
    const line = await endpoint.next();
    const call = await calling;
    await line.ended;
    expect(line.digits).toEqual(["5"]);
    expect(line.call).toMatchObject({ accountId: "acme", callId: call.callId });
    expect(call.summary.durationMs).toBeGreaterThanOrEqual(200);
    expect(call.analysis.keys).toMatchObject([{ digit: "5" }]);
    await endpoint.close();
  });

  it("throws for what cannot begin, and leaves nothing behind", async () => {
    const nobody = { url: "ws://127.0.0.1:9/media-stream" };
    await expect(placeCall("greeting", nobody)).rejects.toMatchObject({ code: "endpoint-unreachable" });
    await expect(placeCall("greting", fast())).rejects.toMatchObject({ code: "bad-scenario" });
    await expect(placeCall("greeting", { agent: "ecko" })).rejects.toMatchObject({ code: "unknown-agent" });
    const wrong = { turns: [{ say: { clip: "hello" }, timeout: "2s" }] } as never;
    await expect(placeCall(wrong, fast())).rejects.toThrow("The scenario's turns[0].timeout: only wait");
    await expect(placeCall("greeting", { ...fast(), hangUpAfter: "soon" as never })).rejects.toThrow(
      "no duration",
    );
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(placeCall("greeting", { ...fast(), signal })).rejects.toThrow("enough");
  });
});
