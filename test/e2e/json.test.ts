/** What programs read: the JSON documents of `--json`, and nothing on stdout that is not one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT_OPTIONS, type Agents, startAgents } from "./agents.js";
import { type Bridge, type Document, serve, simulate } from "./bridge.js";
import { voice, wav } from "./sound.js";

const ms = expect.any(Number);
const version = 1;
let agents: Agents;
let server: Bridge;
let said: string;

beforeAll(async () => {
  agents = await startAgents();
  server = await serve(["--agent", agents.spec, ...AGENT_OPTIONS]);
  said = wav(voice(300, 700), 24000);
});
afterAll(() => agents.close());

describe.concurrent("serve --json", () => {
  it("says first where it listens", () => {
    expect(server.documents[0]).toEqual({
      version,
      type: "listening",
      t: ms,
      url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/media-stream$/),
      agent: expect.stringMatching(/^websocket:ws:\/\/127\.0\.0\.1:\d+\/{callee}$/),
    });
  });

  it("tells a call from beginning to end", async () => {
    const call = ["--callee", "isInterrupted", "--dtmf", "7@100ms", "--hang-up-after", "600ms"];
    const caller = simulate(["--url", server.url, "--wav", said, ...call]);
    const { callId } = await caller.first("call-started");
    await server.first("call-ended", String(callId));
    const told = server.documents.filter((document) => document.callId === callId);
    expect(told[0]).toEqual({
      version,
      type: "call-started",
      t: ms,
      callId,
      format: { encoding: "g711_ulaw", sampleRate: 8000 },
      caller: expect.stringMatching(/^\+1[ 0-9]{2,6}\*[* ]+01$/),
      callee: expect.any(String),
      agent: server.documents[0].agent,
    });
    const of = (type: string) => told.filter((document) => document.type === type);
    expect(of("transcript")).toEqual([
      { version, type: "transcript", t: ms, callId, who: "agent", text: "***" },
    ]);
    expect(of("dtmf")).toEqual([{ version, type: "dtmf", t: ms, callId, digit: "***" }]);
    expect(of("barge-in")).toEqual([
      {
        version,
        type: "barge-in",
        t: ms,
        callId,
        heardMs: ms,
        droppedMs: expect.toSatisfy(isNearly(10_000, 300)),
      },
    ]);
    expect(told.at(-1)).toEqual({
      version,
      type: "call-ended",
      t: ms,
      callId,
      reason: "caller-hung-up",
      detail: "the caller hung up",
      durationMs: ms,
      turns: ms,
      firstAudioMs: { p50: null, max: null },
      // Whether the start of a reply that is cut at once counts as a greeting depends on how much of it was heard.
      greetingMs: expect.toSatisfy((greeting) => greeting === null || greeting >= 0),
      framesIn: ms,
      framesOut: ms,
      dropped: 0,
      droppedMs: 0,
      talkOverMs: ms,
      bargeIns: 1,
    });
    await caller.exit;
  });

  it("shows personal data when it is asked to", async () => {
    const open = await serve(["--agent", agents.spec, ...AGENT_OPTIONS, "--show-personal"]);
    const call = ["--callee", "isInterrupted", "--dtmf", "7@100ms", "--hang-up-after", "300ms"];
    const caller = simulate(["--url", open.url, "--caller", "+94771234512", ...call]);
    expect(await open.first("call-started")).toMatchObject({
      caller: "+94771234512",
      callee: "isInterrupted",
    });
    expect(await open.first("dtmf")).toMatchObject({ digit: "7" });
    expect(await open.first("transcript")).toMatchObject({ text: "My number is +94 77 123 4567." });
    await caller.exit;
  });

  it("warns with a code and a message", async () => {
    const caller = simulate(["--url", server.url, "--callee", "floods", "--hang-up-after", "300ms"]);
    const { callId } = await caller.first("call-started");
    expect(await server.first("warning", String(callId))).toEqual({
      version,
      type: "warning",
      t: ms,
      callId,
      code: "agent-overflow",
      message: "the agent sent more audio than may wait to be heard; the newest was dropped",
    });
    await caller.exit;
  });

  it("prints nothing but documents, with times that only grow", async () => {
    const lines = server.stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).version)).toEqual(lines.map(() => 1));
    const times = server.documents.map(({ t }) => t);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe.concurrent("simulate --json", () => {
  it("ends with a summary", async () => {
    const caller = simulate(["--wav", said, "--agent-option", "pause=200"]);
    expect(await caller.exit).toBe(0);
    expect(caller.documents.map(({ type }) => type)).toEqual([
      "listening",
      "call-started",
      "turn",
      "call-ended",
      "summary",
    ]);
    const none = { p50: null, p95: null, p99: null, max: null };
    const measured = { p50: ms, p95: ms, p99: ms, max: ms };
    // Where the computer was too busy to be believed, it says why.
    const { untrustworthyBecause: _, ...summary } = caller.documents.at(-1) as Document;
    expect(summary).toEqual({
      version,
      type: "summary",
      t: ms,
      calls: 1,
      ok: 1,
      failed: 0,
      failures: {},
      complaints: {},
      turns: 1,
      gaps: ms,
      lateFrames: ms,
      firstAudioMs: measured,
      greetingMs: none,
      gapMs: measured,
      latePercent: measured,
      talkOverPerCallMs: measured,
      senderLatenessMs: { p50: ms, p99: ms, max: ms },
      eventLoopDelayMs: { p50: ms, p99: ms, max: ms },
      trustworthy: expect.any(Boolean),
      talkOverMs: ms,
      droppedMs: ms,
      durationMs: ms,
    });
    expect(caller.stderr).toBe("");
  });

  it("counts calls that fail", async () => {
    const calls = ["--calls", "2", "--concurrency", "2", "--callee", "fails"];
    const caller = simulate(["--url", server.url, ...calls]);
    expect(await caller.exit).toBe(1);
    expect(caller.documents.at(-1)).toMatchObject({
      type: "summary",
      calls: 2,
      ok: 0,
      failed: 2,
      failures: { "agent-failed": 2 },
    });
  });

  it("says an error as a document too", async () => {
    const caller = simulate(["--url", "ws://127.0.0.1:1/none"]);
    expect(await caller.exit).toBe(3);
    expect(caller.documents).toEqual([
      {
        version,
        type: "error",
        code: "endpoint-unreachable",
        message: "ws://127.0.0.1:1/none could not be reached: nothing listens there.",
        fix: "Start the endpoint, or check the port.",
      },
    ]);
  });
});

function isNearly(wanted: number, within: number): (value: number) => boolean {
  return (value) => Math.abs(value - wanted) <= within;
}
