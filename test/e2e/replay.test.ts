/** Recorded calls placed again by `replay`: the same bytes, the same verdict every time, and a conversation with any agent. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sine } from "../../src/audio/signal.js";
import { Bridge, folder, serve, simulate } from "./bridge.js";
import { bytes, readSaved, type SavedCall, savedCall, voice, wav } from "./sound.js";

/** Says something, and speaks into the agent's answer. */
function interrupting(): string {
  const samples = new Int16Array(24 * 3000);
  // Tones have no pauses inside, in which an agent could begin to answer.
  samples.set(sine(440, -12, 700, 24000), 0);
  samples.set(sine(550, -12, 700, 24000), 24 * 1300);
  return wav(samples, 24000);
}

const echo = (pauseMs: number) => ["--agent-option", `pause=${pauseMs}`];

function replay(args: readonly string[]): Bridge {
  return new Bridge(["replay", "--json", ...args]);
}

/** Places a call to `serve` and gives what that has recorded of it. */
async function record(args: readonly string[], agent: readonly string[] = echo(200)): Promise<SavedCall> {
  const out = folder();
  const server = await serve([...agent, "--record", out, "--show-personal"]);
  const caller = simulate(["--url", server.url, ...args]);
  expect(await caller.exit, caller.output).toBe(0);
  await server.first("recorded");
  expect(await server.stop()).toBe(0);
  return savedCall(out);
}

function ofType(saved: SavedCall, ...types: string[]) {
  return saved.events.filter(({ type }) => types.includes(type));
}

describe.concurrent("replay", () => {
  it.for([
    ["--format", "g711_ulaw"],
    ["--format", "pcm16"],
    ["--format", "opus"],
    ["--format", "opus", "--opus-framing", "ogg"],
    ["--format", "opus", "--opus-framing", "webm"],
    ["--format", "g711_ulaw", "--profile", "readme"],
  ])("says the very payloads again, barge-in, keys and a hang-up in mid-speech: %o", async (format) => {
    const keys = format.includes("readme") ? [] : ["--dtmf", "4@650ms,#@1.7s"];
    const [atPhone, atServer] = [folder(), folder()];
    const server = await serve([...echo(200), "--record", atServer, "--show-personal"]);
    const said = ["--wav", interrupting(), "--hang-up-after", "1900ms", ...keys, ...format];
    const caller = simulate(["--url", server.url, ...said]);
    expect(await caller.exit, caller.output).toBe(0);
    await server.until(() => server.all("recorded").length === 1, "the first recording");
    const first = await savedCall(atServer);
    expect(first.caller.length).toBeGreaterThan(90);
    expect(ofType(first, "barge-in").length).toBeGreaterThan(0);

    const again = replay([first.folder, "--url", server.url, "--record", atPhone, "--show-personal"]);
    expect([0, 1], again.output).toContain(await again.exit);
    await server.until(() => server.all("recorded").length === 2, "the second recording");
    expect(await server.stop()).toBe(0);
    const sent = await savedCall(atPhone);
    const received = await readSaved(String(server.all("recorded")[1].folder));
    expect(bytes(sent.caller)).toEqual(bytes(first.caller));
    expect(bytes(received.caller)).toEqual(bytes(first.caller));
    expect(ofType(received, "start")[0].message).toEqual(ofType(first, "start")[0].message);
    const acts = (saved: SavedCall) =>
      ofType(saved, "dtmf", "hangup").map(({ type, digit, reason }) => ({ type, digit, reason }));
    expect(acts(received)).toEqual(acts(first));
    expect(received.call).toMatchObject({ callId: first.call.callId, reason: "caller-hung-up" });
    expect(ofType(received, "barge-in").length).toBeGreaterThan(0);
  });

  it("of an unchanged agent passes twenty times of twenty", async () => {
    const first = await record(["--wav", wav(voice(300, 700), 24000), "--hang-up-after", "2200ms"]);
    const server = await serve(echo(200));
    const runs = Array.from({ length: 5 }, () =>
      replay([first.folder, "--url", server.url, "--repeat", "4"]),
    );
    for (const run of runs) {
      expect(await run.exit, run.output).toBe(0);
      expect(run.all("replay").map(({ repeat }) => repeat)).toEqual([1, 2, 3, 4]);
      expect(run.documents.at(-1)).toMatchObject({ calls: 4, ok: 4, failed: 0, replies: 4 });
    }
  });

  it("starts the agent itself, and knows what a phone does not", async () => {
    const first = await record(["--wav", interrupting(), "--hang-up-after", "3300ms"]);
    const kept = folder();
    const again = replay([first.folder, ...echo(200), "--agent", "echo", "--record", kept]);
    expect(await again.exit, again.output).toBe(0);
    const saved = await savedCall(kept);
    expect(bytes(saved.caller)).toEqual(bytes(first.caller));
    expect(ofType(saved, "barge-in").length).toBeGreaterThan(0);
  });
});

describe.concurrent("a recording that answers itself", () => {
  it.for([
    ["g711_ulaw", "exact"],
    ["opus", "exact"],
    ["pcm16", "turns"],
  ] as const)("%s, the agent %s: with no key and no network it passes", async ([format, timing]) => {
    const said = ["--wav", interrupting(), "--dtmf", "4@650ms", "--hang-up-after", "3300ms"];
    const first = await record([...said, "--format", format]);
    const kept = folder();
    const agent = ["--agent", `recording:${first.folder}`, "--agent-option", `timing=${timing}`];
    const again = replay([first.folder, ...agent, "--record", kept]);
    expect(await again.exit, again.output).toBe(0);
    const saved = await savedCall(kept);
    expect(bytes(saved.caller)).toEqual(bytes(first.caller));
    expect(first.agent.length).toBeGreaterThan(10);
    if (timing === "exact") expect(bytes(saved.agent)).toEqual(bytes(first.agent));
  });
});

describe.concurrent("replay --timing turns", () => {
  let first: SavedCall;
  beforeAll(async () => {
    const samples = new Int16Array(24 * 4200);
    samples.set(sine(440, -12, 600, 24000), 0);
    samples.set(sine(550, -12, 700, 24000), 24 * 2600);
    first = await record(["--wav", wav(samples, 24000), "--hang-up-after", "5s"], echo(600));
    expect(ofType(first, "turn").length).toBe(2);
  });

  it.for([
    ["the same agent", 600, 0],
    ["one that answers 500 ms later", 1100, 1],
    ["one that answers faster", 250, 0],
  ] as const)("holds a conversation with %s", async ([, pause, code]) => {
    const server = await serve([...echo(pause), "--record", folder()]);
    const again = replay([first.folder, "--url", server.url, "--timing", "turns"]);
    // A busy computer may make the agent late, but nobody speaks into anybody.
    expect(code === 1 ? [1] : [0, 1], again.output).toContain(await again.exit);
    const [result] = again.all("replay") as unknown as [
      { firstAudioMs: number[]; checks: { ok: boolean; reason: string }[] },
    ];
    expect(result.firstAudioMs.length).toBe(2);
    for (const ms of result.firstAudioMs) expect(ms).toBeGreaterThan(pause - 100);
    expect(server.all("barge-in")).toEqual([]);
    if (code === 1) expect(result.checks[0].reason).toMatch(/^Reply 1 .*later/i);
  });
});

describe.concurrent("replay says", () => {
  let first: SavedCall;
  beforeAll(async () => {
    first = await record(["--wav", wav(voice(300, 500), 24000), "--hang-up-after", "1700ms"]);
  });

  it("in its very first line why a call is not as it was", async () => {
    const server = await serve(echo(900));
    const again = new Bridge(["replay", first.folder, "--url", server.url]);
    expect(await again.exit, again.output).toBe(1);
    expect(again.stdout.split("\n")[0]).toMatch(/^✗ .*[Rr]eply 1/);
  });

  it("what is wrong with a recording before any call is placed: exit code 2", async () => {
    const recordings = folder();
    const server = await serve();
    for (const [path, why] of [
      [recordings, /no recording/],
      [join(recordings, "none"), /not there/],
    ] as const) {
      const again = new Bridge(["replay", path, "--url", server.url]);
      expect(await again.exit).toBe(2);
      expect(again.stderr).toMatch(why);
    }
    mkdirSync(join(recordings, "torn"));
    writeFileSync(join(recordings, "torn", "call.json"), "{}");
    const mixed = new Bridge(["replay", first.folder, recordings, "--url", server.url]);
    expect(await mixed.exit).toBe(2);
    expect(mixed.stderr).toMatch(/torn is not a recording/);
    expect(server.all("call-started")).toEqual([]);
  });

  it("that nobody could be reached: exit code 3", async () => {
    const again = replay([first.folder, "--url", "ws://127.0.0.1:1/x", "--repeat", "5"]);
    expect(await again.exit).toBe(3);
    expect(again.all("replay").length).toBe(1);
    expect(again.output).toMatch(/nothing listens there/);
  });

  it("which reply an endpoint without ids never gave", async () => {
    const mute = await serve(["--agent", "echo", "--agent-option", "pause=5000"]);
    const again = replay([first.folder, "--url", mute.url]);
    expect(await again.exit).toBe(1);
    expect(again.all("replay")[0]).toMatchObject({ ok: false, firstAudioMs: [null] });
  });

  it("what was found when it is stopped: the call is hung up in good order", async () => {
    const out = folder();
    const server = await serve([...echo(200), "--record", out]);
    const again = replay([first.folder, "--url", server.url, "--repeat", "50"]);
    await server.until(() => server.all("call-started").length === 2, "a second call");
    again.signal("SIGINT");
    expect(await again.exit).toBe(130);
    expect(again.all("replay").length).toBe(2);
    expect(again.all("replay")[1]).toMatchObject({
      ok: false,
      checks: [{ reason: "The replay was interrupted before the call came to its end." }],
    });
    expect(again.documents.at(-1)).toMatchObject({ type: "summary", calls: 2 });
    await server.until(() => server.all("call-ended").length === 2, "the end of both calls");
    expect(server.all("call-ended").map(({ reason }) => reason)).toEqual([
      "caller-hung-up",
      "caller-hung-up",
    ]);
  });

  it("what a good run is, and holds later ones to it", async () => {
    const server = await serve(echo(900));
    const expectations = join(folder(), "expect.yaml");
    const args = [first.folder, "--url", server.url, "--expect", expectations];
    expect(await replay([...args, "--accept"]).exit).toBe(0);
    const again = replay(args);
    expect(await again.exit, again.output).toBe(0);
  });
});
