/** Live calls with real sound: what is spoken into a virtual microphone is heard from a virtual speaker. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pcm16 } from "../../src/audio/format.js";
import { levelDbfs } from "../../src/audio/level.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { bestLag } from "../../src/audio/signal.js";
import { Bridge, type Document, folder } from "./bridge.js";
import { savedCall, voice, wav } from "./sound.js";
import { CARD_HZ, hasSoundCard, SoundCard } from "./sound-card.js";
import { Terminal } from "./terminal.js";

const RATE = 8000;
const PIECE_MS = 500;
const ECHO_AGENT = ["--agent", "echo", "--agent-option", "mode=instant"];

describe.runIf(hasSoundCard)("a call through microphone and speaker", () => {
  let card: SoundCard;
  beforeAll(async () => {
    card = await SoundCard.start();
  });
  afterAll(() => card?.stop());

  const simulate = (...args: string[]) => new Bridge(["simulate", "--json", ...args], { env: card.env });

  /** Says some seconds of speech in a call with an agent that gives back what it hears. */
  async function roundTrip(format: string): Promise<{ pieces: Piece[]; sound: Document }> {
    const out = join(folder(), "heard.wav");
    const flags = ["--mic", "vmic", "--speaker", "vspk", "--echo", "off", "--hang-up-after", "11s"];
    const bridge = simulate(...flags, "--format", format, "--out", out, ...ECHO_AGENT);
    await bridge.first("call-started");
    const [said, heard] = await Promise.all([card.listenAtMicrophone(), card.listen()]);
    await card.speak(wav(voice(0, 6000), 24_000));
    await card.speak(wav(voice(0, 2000), 24_000));
    // The last of it is on its way.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const [there, back] = [await said.stop(), await heard.stop()];
    expect(await bridge.exit).toBe(0);
    const [summary] = bridge.all("summary");
    expect(readFileSync(out).length).toBeGreaterThan(44);
    const headStartMs = back.startedAt - there.startedAt;
    return { pieces: compare(there.samples, back.samples, headStartMs), sound: summary.sound as Document };
  }

  it("gives speech back whole on pcm16, and says how the sound went", { retry: 2 }, async () => {
    const { pieces, sound } = await roundTrip("pcm16");
    expect(sound).toMatchObject({
      echo: "off",
      microphone: expect.stringContaining("vmic"),
      speaker: expect.stringContaining("vspk"),
      microphoneGaps: expect.any(Number),
    });
    expect(pieces.length).toBeGreaterThan(6);
    expect(median(pieces.map(({ correlation }) => correlation))).toBeGreaterThan(0.9);
    // 120 to 150 ms on an idle computer; other tests run beside this one.
    const delayMs = median(pieces.map(({ delayMs }) => delayMs));
    expect(delayMs).toBeGreaterThan(40);
    expect(delayMs).toBeLessThan(500);
    expect(sound.underruns).toBeLessThan(10);
  });

  it("gives speech back in g711_ulaw, as a caller hears it", { retry: 2 }, async () => {
    const { pieces } = await roundTrip("g711_ulaw");
    expect(median(pieces.map(({ correlation }) => correlation))).toBeGreaterThan(0.9);
  });

  it("gives speech back in opus, which keeps the sound and not the wave", { retry: 2 }, async () => {
    const { pieces } = await roundTrip("opus");
    expect(median(pieces.map(({ likeness }) => likeness))).toBeGreaterThan(0.8);
  });

  it("lets one hear the answer to a file", async () => {
    const source = wav(voice(0, 2000), 24_000);
    const bridge = simulate("--wav", source, "--speaker", "vspk", "--format", "pcm16", ...ECHO_AGENT);
    await bridge.first("call-started");
    const recorder = await card.listen();
    expect(await bridge.exit).toBe(0);
    const { samples } = await recorder.stop();
    expect(levelDbfs(pcmBytes(samples), pcm16(CARD_HZ))).toBeGreaterThan(-40);
    expect(bridge.all("summary")[0].sound).toMatchObject({ underruns: expect.any(Number) });
  });

  it("shows a person the call, and does what the keys say", async () => {
    const recordings = folder();
    const terminal = new Terminal(
      ["simulate", "--mic", "vmic", "--speaker", "vspk", "--record", recordings],
      { env: card.env },
    );
    await terminal.until("● up");
    terminal.type(" ");
    await terminal.until("muted");
    terminal.type("b5");
    await terminal.until("pressed 5");
    terminal.type("h");
    expect(await terminal.exit).toBe(0);
    expect(terminal.text).toContain("ended");
    const { call, events } = await savedCall(recordings);
    expect(call).toMatchObject({ state: "closed", reason: "caller-hung-up" });
    expect(events.filter(({ type }) => type === "mark")).toMatchObject([
      { leg: "pbx", dir: "in", number: 1 },
    ]);
    expect(events.filter(({ type }) => type === "dtmf")).toHaveLength(1);
  });

  it("hangs up on ^C, and gives the terminal back", async () => {
    const terminal = new Terminal(["simulate", "--mic", "vmic", "--no-speaker"], { env: card.env });
    await terminal.until("● up");
    terminal.type("\x03");
    expect(await terminal.exit).toBe(130);
    expect(terminal.text).toContain("1 ok");
    expect(terminal.text.lastIndexOf("\x1b[?25h")).toBeGreaterThan(terminal.text.lastIndexOf("\x1b[?25l"));
  });

  it.each([
    [["--mic", "nonesuch"], 2, "There is no microphone called nonesuch"],
    [["--mic", "vmic", "--speaker", "nonesuch"], 2, "There is no speaker called nonesuch"],
    [["--mic", "--calls", "2"], 2, "--mic cannot go with 2 calls"],
  ])("%j: says what is wrong", async (args, code, message) => {
    const bridge = new Bridge(["simulate", ...args], { env: card.env });
    expect(await bridge.exit).toBe(code);
    expect(bridge.stderr).toContain(message);
  });

  it("ends the call in good order when the plug is pulled", async () => {
    const other = await SoundCard.start();
    const recordings = folder();
    const flags = ["--mic", "vmic", "--speaker", "vspk", "--record", recordings];
    const bridge = new Bridge(["simulate", ...flags], { env: other.env });
    await bridge.until(() => bridge.output.includes("started"), "the call");
    other.unplug();
    expect(await bridge.exit).toBe(3);
    await other.stop();
    expect(bridge.stderr).toMatch(/error: The (microphone|speaker) \S+ is gone/);
    expect((await savedCall(recordings)).call).toMatchObject({ state: "closed", reason: "caller-hung-up" });
  });
});

it("says that there is no sound, and what to do, where there is none", async () => {
  const bridge = new Bridge(["simulate", "--mic"], { env: { PULSE_SERVER: "unix:/nonexistent", PATH: "" } });
  expect(await bridge.exit).toBe(3);
  expect(bridge.stderr).toContain("No microphone works here");
  expect(bridge.stderr).toContain("--browser");
});

interface Piece {
  readonly correlation: number;
  /** Of the loudness over time, in steps of 10 ms. */
  readonly likeness: number;
  readonly delayMs: number;
}

/** Each half second of what was said that holds speech, with its likeness in what was heard and how much later that was. */
function compare(said: Int16Array, heard: Int16Array, headStartMs: number): Piece[] {
  const [a, b] = [said, heard].map((samples) => resampleAll(samples, CARD_HZ, RATE));
  const length = (RATE * PIECE_MS) / 1000;
  const pieces: Piece[] = [];
  for (let at = 0; at + length <= a.length; at += length) {
    const piece = a.subarray(at, at + length);
    if (levelDbfs(pcmBytes(piece), pcm16(RATE)) < -40) continue;
    const around = b.subarray(Math.max(0, at - RATE / 10), at + length + RATE / 2);
    const { lag, correlation } = bestLag(piece, around, around.length - length);
    const moved = lag - Math.min(at, RATE / 10);
    const loudness = bestLag(steps(piece), steps(around), 60).correlation;
    pieces.push({ correlation, likeness: loudness, delayMs: (moved * 1000) / RATE + headStartMs });
  }
  return pieces;
}

function steps(samples: Int16Array): Int16Array {
  const size = RATE / 100;
  const levels = Array.from({ length: Math.floor(samples.length / size) }, (_, k) => {
    const step = samples.subarray(k * size, (k + 1) * size);
    return Math.sqrt(step.reduce((sum, sample) => sum + sample * sample, 0) / size);
  });
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  return Int16Array.from(levels, (level) => level - mean);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
