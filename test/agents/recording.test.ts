/** A saved call as the agent: which recording answers, and what it says to callers who do as the first did, or otherwise. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveAgent } from "../../src/agents/index.js";
import { recordingsAgent } from "../../src/agents/recording.js";
import { bytesPerMs, type MediaFormat, PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { loadOpus } from "../../src/audio/opus.js";
import { createPayloadCodec } from "../../src/audio/payload-codec.js";
import { ManualClock } from "../../src/clock.js";
import { createRecorder } from "../../src/recording/writer.js";
import { type Connected, callInfo, connect, payload } from "./call.js";
import { callEvents, callerPayloads, type DescribedCall, Shelf, silence, voice } from "./recording/made.js";

const shelf = new Shelf();
const legs: Connected["leg"][] = [];
afterEach(async () => {
  for (const leg of legs.splice(0)) leg.close(1000, "over");
  await shelf.clear();
});

const dial = async (folder: string, options: Record<string, string> = {}, format?: MediaFormat) => {
  const connected = await connect(`recording:${folder}`, {
    options,
    call: callInfo(format && { format }),
    env: {},
  });
  legs.push(connected.leg);
  return connected;
};

/** Says it in frames of 20 ms. */
function say({ leg }: Connected, ...pieces: readonly Uint8Array[]): void {
  const audio = Buffer.concat(pieces);
  const size = bytesPerMs(leg.hears) * 20;
  for (let at = 0; at < audio.length; at += size) leg.send(payload(audio.subarray(at, at + size)));
}

const said = ({ reports }: Connected) => reports.audio;
const settled = (connected: Connected, bytes: number) =>
  vi.waitFor(() => expect(said(connected).length).toBe(bytes), { timeout: 5000, interval: 2 });

/** A greeting, two turns, and a key. */
const CALL: DescribedCall = {
  durationMs: 9000,
  caller: [
    [1500, 2100],
    [4000, 4500],
  ],
  agent: [
    [400, 600],
    [2900, 800],
    [5000, 600],
    [7500, 400],
  ],
  events: [{ at: 7000, type: "dtmf", digit: "1" }],
};
/** The speeches of that call, as they were sent. */
const SPEECHES = [600, 800, 600, 400].map((ms, i) => voice(ms, i + 1));

describe("in turns", () => {
  it("says what the first agent said to the same caller, in its time", async () => {
    const connected = await dial(await shelf.record(CALL));
    const times: number[] = [];
    let heard = 0;
    for (const [i, bytes] of callerPayloads(CALL).entries()) {
      if (i * 20 === 7000) connected.leg.dtmf?.("1");
      connected.leg.send(payload(bytes));
      const due = [400, 2900, 5000, 7500].findIndex((at) => at > i * 20 && at <= (i + 1) * 20);
      if (due >= 0) {
        heard += SPEECHES[due].length;
        await settled(connected, heard);
        times.push((i + 1) * 20);
      }
    }
    expect(times).toEqual([400, 2900, 5000, 7500]);
    expect(said(connected).equals(Buffer.concat(SPEECHES))).toBe(true);
    expect(connected.reports.warnings).toEqual([]);
  });

  it("waits for a caller who takes longer, and answers each word with its own reply", async () => {
    const connected = await dial(await shelf.record(CALL));
    say(connected, silence(6000));
    await settled(connected, SPEECHES[0].length);
    say(connected, voice(2000), silence(760));
    expect(said(connected).length).toBe(SPEECHES[0].length);
    say(connected, silence(60));
    await settled(connected, Buffer.concat(SPEECHES.slice(0, 2)).length);
    say(connected, silence(5000), voice(300), silence(600));
    await settled(connected, Buffer.concat(SPEECHES.slice(0, 3)).length);
    expect(said(connected).equals(Buffer.concat(SPEECHES.slice(0, 3)))).toBe(true);
  });

  it("is interrupted by a caller who speaks into a reply, once, and then says the next", async () => {
    const connected = await dial(await shelf.record(CALL));
    say(connected, silence(2000), voice(600), silence(800));
    await settled(connected, Buffer.concat(SPEECHES.slice(0, 2)).length);
    expect(connected.reports.of("interrupted")).toHaveLength(0);
    say(connected, silence(200), voice(500), silence(500));
    expect(connected.reports.of("interrupted")).toHaveLength(1);
    await settled(connected, Buffer.concat(SPEECHES.slice(0, 3)).length);
    say(connected, silence(3000));
    expect(connected.reports.of("interrupted")).toHaveLength(1);
  });

  it("takes a caller who goes on well before the answer as one who has only paused", async () => {
    const connected = await dial(await shelf.record(CALL));
    say(connected, silence(2000), voice(600), silence(400), voice(600), silence(780));
    await settled(connected, SPEECHES[0].length);
    say(connected, silence(40));
    await settled(connected, Buffer.concat(SPEECHES.slice(0, 2)).length);
    say(connected, silence(2000), voice(600), silence(520));
    await settled(connected, Buffer.concat(SPEECHES.slice(0, 3)).length);
    expect(connected.reports.warnings).toEqual([]);
  });

  it("has no more to say than the recording, and says so once", async () => {
    const connected = await dial(await shelf.record(CALL));
    for (let i = 0; i < 5; i++) {
      say(connected, silence(1500), voice(600), silence(2500));
      await settled(connected, Buffer.concat(SPEECHES.slice(0, Math.min(3, i + 2))).length);
    }
    expect(connected.reports.warnings).toEqual(["recording-over"]);
  });

  it.each([pcm16(24000), PORTAL_FORMATS.opus])("talks to a call in %j", async (format) => {
    const connected = await dial(await shelf.record(CALL), {}, format);
    const { leg, reports } = connected;
    const heard = pcm16(24000);
    expect([leg.hears, leg.speaks]).toEqual([heard, PORTAL_FORMATS.g711_ulaw]);
    say(connected, silence(2000, heard), voice(600, 0, heard), silence(900, heard));
    await settled(connected, Buffer.concat(SPEECHES.slice(0, 2)).length);
    expect(reports.audio.equals(Buffer.concat(SPEECHES.slice(0, 2)))).toBe(true);
  });

  it("leaves out the silence of an agent that sends without a break", async () => {
    const quiet = (from: number, ms: number) =>
      Array.from({ length: ms / 20 }, (_, i) => {
        const at = from + i * 20;
        return { at, type: "agent-audio", payload: payload(silence(20)), heardAt: at } as const;
      });
    const call: DescribedCall = {
      durationMs: 6000,
      caller: [[1500, 2100]],
      agent: [
        [400, 600],
        [3000, 800],
      ],
      events: [...quiet(0, 400), ...quiet(1000, 2000), ...quiet(3800, 2000)],
    };
    const connected = await dial(await shelf.record(call));
    say(connected, silence(4000), voice(600));
    await settled(connected, (600 + 2 * 200) * 8);
    say(connected, silence(680));
    expect(said(connected).length).toBe(1000 * 8);
    say(connected, silence(40));
    await settled(connected, (600 + 800 + 4 * 200) * 8);
  });

  it("calls its tools, waits for their answers, gives its transcripts and ends the call as then", async () => {
    const call: DescribedCall = {
      durationMs: 7000,
      caller: [[500, 1000]],
      agent: [[3000, 400]],
      events: [
        { at: 1600, type: "tool-call", id: "t1", name: "lookup", args: { word: "tea" } },
        { at: 2600, type: "tool-result", id: "t1", name: "lookup", isError: false, tookMs: 1000 },
        { at: 3010, type: "turn-ended" },
        { at: 3100, type: "transcript", who: "caller", text: "tea please", spokenAt: 500 },
        { at: 3400, type: "transcript", who: "agent", text: "here it is", spokenAt: 3000 },
      ],
      end: "agent-ended",
    };
    const connected = await dial(await shelf.record(call));
    const { leg, reports } = connected;
    say(connected, silence(500), voice(500), silence(560));
    expect(reports.of("tool-call")).toEqual([]);
    say(connected, silence(40));
    expect(reports.of("tool-call")).toMatchObject([{ id: "t1", name: "lookup", args: { word: "tea" } }]);
    say(connected, silence(10_000));
    expect(said(connected).length).toBe(0);
    leg.toolResult?.("t1", "{}", false);
    say(connected, silence(420));
    await settled(connected, 400 * 8);
    say(connected, silence(5000));
    expect(reports.events.map(({ type }) => type).filter((type) => type !== "audio")).toEqual([
      "tool-call",
      "transcript",
      "transcript",
      "turn-ended",
      "closed",
    ]);
    expect(reports.of("closed")).toMatchObject([{ failed: false }]);
  });

  it("hands out a long reply as it is heard", async () => {
    const call: DescribedCall = {
      durationMs: 40_000,
      callerMs: 2000,
      caller: [[200, 900]],
      agent: [[1500, 30_000]],
    };
    const connected = await dial(await shelf.record(call));
    say(connected, silence(200), voice(700), silence(700));
    await vi.waitFor(() => expect(said(connected).length).toBeGreaterThan(20_000 * 8));
    expect(said(connected).length).toBeLessThanOrEqual(20_400 * 8);
    for (let ms = 0; ms < 12_000; ms += 1000) {
      say(connected, silence(1000));
      await new Promise(setImmediate);
    }
    await settled(connected, 30_000 * 8);
  });
});

describe("in turns from an Opus call", () => {
  it.each(["raw", "ogg", "webm"] as const)("in %s framing, says the speech as PCM", async (opusFraming) => {
    const opus = await loadOpus();
    const format = PORTAL_FORMATS.opus;
    const codec = createPayloadCodec(format, { agentRate: 24000, opus, opusFraming });
    const quiet = createPayloadCodec(format, { agentRate: 24000, opus, opusFraming });
    const recorder = createRecorder({
      directory: await shelf.open(),
      clock: new ManualClock(),
      agent: "first",
      source: "serve",
      onWarning: () => {},
    });
    const sealed = (from: typeof codec, frame: Buffer) => from.seal(from.encode(frame));
    // The framing of what is sealed follows what was received.
    const plain = pcm16(24000);
    for (const event of callEvents({
      durationMs: 5000,
      caller: [[500, 1100]],
      format: plain,
      agent: [[2000, 1000]],
    })) {
      if (event.type === "call-started") recorder.observer({ ...event, info: { ...event.info, format } });
      else if (event.type === "caller-audio")
        recorder.observer({ ...event, payload: sealed(quiet, event.payload.bytes) });
      else if (event.type === "agent-audio")
        recorder.observer({ ...event, payload: sealed(codec, event.payload.bytes) });
      else recorder.observer(event);
    }
    await recorder.close();
    codec.free();
    quiet.free();
    const connected = await dial(recorder.folder() as string, {}, format);
    expect(connected.leg.speaks).toEqual(plain);
    say(connected, silence(500, plain), voice(600, 0, plain), silence(920, plain));
    await vi.waitFor(() => expect(said(connected).length).toBeGreaterThan(900 * 48));
    expect(said(connected).length).toBeLessThan(1100 * 48);
  });
});

describe("exactly", () => {
  const timing = "exact";

  it("sends the very payloads", async () => {
    const connected = await dial(await shelf.record(CALL), { timing });
    const { leg, reports } = connected;
    expect(leg.passthrough).toBe(true);
    for (const bytes of callerPayloads(CALL)) {
      leg.send(payload(bytes));
      await new Promise(setImmediate);
    }
    await settled(connected, Buffer.concat(SPEECHES).length);
    expect(said(connected).equals(Buffer.concat(SPEECHES))).toBe(true);
    expect(reports.of("audio").every(({ payload: { bytes } }) => bytes.length === 160)).toBe(true);
  });

  it("refuses a call in another format, and says what to do", async () => {
    const folder = await shelf.record(CALL);
    await expect(dial(folder, { timing }, PORTAL_FORMATS.pcm16)).rejects.toMatchObject({
      code: "agent-refused",
      message: "The recording is of a g711_ulaw/8000 call, and this one is pcm16/24000",
      fix: expect.stringMatching(/--format g711_ulaw.*timing=turns/),
    });
  });

  it("tells once that it does not know the arguments of tools; where there are none, nothing is hidden", async () => {
    const call = (args: object, showPersonal = false): DescribedCall => ({
      durationMs: 200,
      events: [{ at: 50, type: "tool-call", id: "t", name: "x", args: args as Record<string, unknown> }],
      showPersonal,
    });
    const warned = async (described: DescribedCall) => {
      const { reports } = await dial(await shelf.record(described), { timing });
      return reports.warnings;
    };
    expect(await warned(call({ number: "1" }))).toEqual(["masked-arguments"]);
    expect(await warned(call({}))).toEqual([]);
    expect(await warned(call({ number: "1" }, true))).toEqual([]);
  });

  it("fails as the first agent did", async () => {
    const folder = await shelf.record({ durationMs: 60, end: "agent-failed" });
    const { leg, reports } = await dial(folder, { timing });
    for (let i = 0; i < 3; i++) leg.send(payload(silence(20)));
    await reports.until(() => reports.of("closed").length > 0);
    expect(reports.of("closed")).toEqual([{ type: "closed", failed: true, reason: "it was agent-failed" }]);
    const unreached = await shelf.record({ durationMs: 60, end: "agent-unreachable" });
    await expect(dial(unreached, { timing })).rejects.toMatchObject({ code: "agent-unreachable" });
  });

  it("says nothing after it was closed", async () => {
    const { leg, reports } = await dial(await shelf.record(CALL), { timing });
    leg.close(1000, "over");
    leg.close(1000, "over");
    for (const bytes of callerPayloads(CALL)) leg.send(payload(bytes));
    leg.toolResult?.("t", "", false);
    leg.interrupt(20);
    await new Promise(setImmediate);
    expect(reports.events).toEqual([]);
  });
});

describe("which recording answers", () => {
  const probe = async (path: string) => (await resolveAgent(`recording:${path}`, { options: {} })).probe();
  const one: DescribedCall = { durationMs: 100 };
  const SAYS = (seed: number, callId: string): DescribedCall => ({
    callId,
    durationMs: 900,
    agent: Array.from({ length: seed }, (_, i) => [20 + i * 300, 100] as const),
  });

  it("is told at once when there is none, with what to give", async () => {
    const folder = await shelf.open();
    await writeFile(join(folder, "file"), "");
    await mkdir(join(folder, "empty"));
    for (const [path, message] of [
      [join(folder, "nowhere"), "There is no folder"],
      [join(folder, "file"), "is a file"],
      [join(folder, "empty"), "holds no recording"],
    ]) {
      await expect(probe(path)).rejects.toMatchObject({
        code: "bad-recording",
        exitCode: 2,
        message: expect.stringContaining(message),
        fix: expect.stringContaining("--agent recording:recordings"),
      });
    }
    await expect(probe(await shelf.record({ ...one, noAudio: true }))).rejects.toMatchObject({
      code: "bad-recording",
      message: expect.stringContaining("no sound"),
    });
    const broken = await shelf.record(one, folder);
    await writeFile(join(broken, "call.json"), "{}");
    await expect(probe(broken)).rejects.toMatchObject({ code: "bad-recording" });
    await expect(probe(folder)).rejects.toMatchObject({ code: "bad-recording" });
    await expect(resolveAgent("recording", { options: {} })).rejects.toMatchObject({
      message: "The agent kind recording needs a folder",
    });
  });

  it("is the one of the call itself, or else the next in order", async () => {
    const folder = await shelf.open();
    for (const [i, callId] of ["a", "b", "c"].entries()) {
      const made = await shelf.record(SAYS(i + 1, callId), folder);
      await rename(made, join(folder, `${i}-${basename(made)}`));
    }
    await probe(folder);
    const speeches = async (callId: string) => {
      const connected = await connect(`recording:${folder}`, {
        call: callInfo({ callId }),
        options: { timing: "exact" },
      });
      legs.push(connected.leg);
      for (let i = 0; i < 50; i++) {
        connected.leg.send(payload(silence(20)));
        await new Promise(setImmediate);
      }
      await vi.waitFor(() => expect(said(connected).length).toBeGreaterThan(0));
      return said(connected).length / 800;
    };
    expect(await speeches("b")).toBe(2);
    const inTurn = [];
    for (let i = 0; i < 4; i++) inTurn.push(await speeches("unknown"));
    expect(inTurn).toEqual([1, 2, 3, 1]);
    expect(await speeches("c")).toBe(3);
  });

  it("may be named by the call, whose id leads nowhere else", async () => {
    const folder = await shelf.open();
    const made = await shelf.record(one, folder);
    await rename(made, join(folder, "__up_call-7"));
    await probe(join(folder, "{callId}"));
    const spec = `recording:${join(folder, "__up_{callId}")}`;
    expect((await resolveAgent(spec, { options: {} })).name).toBe(spec);
    const { leg } = await connect(spec, { call: callInfo({ callId: "call-7" }) });
    leg.close(1000, "");
    await expect(connect(spec, { call: callInfo({ callId: "/../../__up_call-7" }) })).rejects.toMatchObject({
      code: "bad-recording",
    });
    await expect(resolveAgent("recording:{callid}", { options: {} })).rejects.toMatchObject({
      code: "bad-flag",
    });
  });

  it("can be one of several that were named", async () => {
    const folders = [await shelf.record(SAYS(1, "a")), await shelf.record(SAYS(2, "b"))];
    const agent = await resolveAgent(recordingsAgent(folders), { options: { timing: "exact" } });
    expect(agent.name).toBe(`recording:${folders.join(", ")}`);
    await agent.probe();
  });
});
