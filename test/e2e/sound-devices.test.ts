/** Real sound: spoken into a virtual microphone, through our devices, and recorded at a virtual speaker. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JitterBuffer } from "../../src/audio/jitter-buffer.js";
import { bestLag } from "../../src/audio/signal.js";
import { realClock } from "../../src/clock.js";
import type { BackendName, DeviceChoice } from "../../src/devices/device.js";
import { listDevices } from "../../src/devices/list.js";
import { ONLY_ZEROS } from "../../src/devices/microphone.js";
import { openMicrophone, openSpeaker } from "../../src/devices/open.js";
import { Playback } from "../../src/devices/playback.js";
import { BridgeError } from "../../src/errors.js";
import { Bridge } from "./bridge.js";
import { voice, wav } from "./sound.js";
import { CARD_HZ, hasCard, hasSoundCard, type Recorded, SoundCard } from "./sound-card.js";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
let card: SoundCard;

// Without the programs for it there is nothing to test with. In CI they must be there.
describe.runIf(hasSoundCard)("sound devices", () => {
  beforeAll(async () => {
    card = await SoundCard.start();
    Object.assign(process.env, card.env);
  });
  afterAll(() => card.stop());

  it("carries a minute of speech through the computer's own tools", {
    timeout: 90_000,
    retry: 2,
  }, async () => {
    const result = await loop("tools", 60);
    expect(result.backends).toEqual(["tools (parec)", "tools (pacat)"]);
    // None on a computer that is idle.
    expect(result.underruns).toBeLessThanOrEqual(2);
    expect(result.delayMs).toBeLessThan(250);
    expect(result.worst).toBeGreaterThanOrEqual(0.9);
  });

  it.runIf(hasCard)("carries speech through the packages mic and speaker", { timeout: 60_000 }, async () => {
    const result = await loop("card", 12);
    expect(result.backends).toEqual(["card (mic)", "card (speaker)"]);
    expect(result.delayMs).toBeLessThan(700);
    expect(result.median).toBeGreaterThanOrEqual(0.9);
  });

  it("lists what there is", async () => {
    const { microphones, speakers, microphoneBackend } = await listDevices();
    expect(microphones.map(({ name, isDefault }) => [name, isDefault])).toEqual([["vmic", true]]);
    expect(speakers.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ["vmic_sink", false],
      ["vspk", true],
    ]);
    expect(microphoneBackend).toEqual({ backend: "tools (parec)", reason: expect.any(String) });
  });

  it("lists it to people", async () => {
    const devices = new Bridge(["devices"], { env: card.env });
    expect(await devices.exit).toBe(0);
    expect(devices.stdout).toMatch(
      /^Microphones, for --mic NAME {2}through tools \(parec\): .+\n\* vmic {2}Remapped /,
    );
    expect(devices.stdout).toMatch(/^\* vspk {2}Null Output$/m);
    expect(devices.stdout).toMatch(/^ {2}vmic_sink {2}Null Output$/m);
  });

  it("opens a device by its name, and says which there are when there is none of that name", async () => {
    const microphone = await openMicrophone({ name: "vspk.monitor", sampleRate: 16_000 });
    expect(microphone).toMatchObject({ name: "vspk.monitor", sampleRate: 16_000 });
    expect(await firstFrame(microphone)).toHaveLength(320);
    await microphone.stop();
    await expect(openMicrophone({ name: "vmik" })).rejects.toMatchObject({
      code: "unknown-device",
      message: "There is no microphone called vmik",
      fix: expect.stringContaining("Did you mean vmic? There are: vmic."),
    });
    await expect(openSpeaker({ name: "v" })).rejects.toMatchObject({
      code: "unknown-device",
      fix: expect.stringContaining("vmic_sink, vspk"),
    });
  });

  it("says that a microphone gives only zeros", async () => {
    let microphone: Awaited<ReturnType<typeof openMicrophone>> | undefined;
    const notice = await new Promise<string>((resolve, reject) => {
      openMicrophone({ onNotice: resolve }).then((opened) => {
        microphone = opened;
      }, reject);
    });
    expect(notice).toBe(ONLY_ZEROS);
    await microphone?.stop();
  });

  it("drops what is not yet heard", async () => {
    const speaker = await openSpeaker();
    speaker.write(new Int16Array(CARD_HZ * 5));
    expect(speaker.bufferedMs).toBeGreaterThan(4000);
    speaker.flush();
    expect(speaker.bufferedMs).toBe(0);
    const listening = await card.listen();
    speaker.write(new Int16Array(CARD_HZ / 2).fill(5000));
    await until(() => speaker.bufferedMs === 0);
    const { samples } = await listening.stop();
    expect(samples.some((sample) => sample > 4000)).toBe(true);
    await speaker.stop();
    expect(card.users()).toEqual([]);
  });

  it.each<BackendName>(hasCard ? ["tools", "card"] : ["tools"])(
    "tells that the %s are gone when their processes are killed",
    async (backend) => {
      const { ended, processes, stop } = await opened({ backend });
      for (const id of processes) process.kill(id, "SIGKILL");
      for (const error of await ended) expect(error).toMatchObject({ code: "device-lost" });
      await stop();
      expect(card.users()).toEqual([]);
    },
  );

  it.each<NodeJS.Signals>(["SIGKILL", "SIGINT", "SIGTERM"])(
    "leaves no process behind after %s",
    async (signal) => {
      const code = `
      const { openMicrophone, openSpeaker } = await import(${JSON.stringify(`${DIST}devices/open.js`)});
      const [microphone, speaker] = [await openMicrophone(), await openSpeaker()];
      microphone.start((frame) => speaker.write(frame), () => {});
      console.log("up");`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
        detached: true,
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      expect(card.users()).toHaveLength(2);
      process.kill(-child.pid!, signal);
      await until(() => card.users().length === 0);
    },
  );

  it("tells that a device is unplugged, and that there is none any more", async () => {
    const own = await SoundCard.start();
    Object.assign(process.env, own.env);
    try {
      const { ended, stop } = await opened({});
      own.unplug();
      const [microphone, speaker] = await ended;
      expect(microphone).toMatchObject({
        code: "device-lost",
        message: expect.stringContaining("vmic is gone"),
      });
      expect(speaker).toMatchObject({
        code: "device-lost",
        message: expect.stringContaining("vspk is gone"),
      });
      await stop();
      await expect(openMicrophone()).rejects.toMatchObject({
        code: "no-sound",
        fix: "Talk through a browser with --browser, or let a file talk with --wav FILE.",
      });
      await expect(openSpeaker()).rejects.toMatchObject({ code: "no-sound" });
    } finally {
      Object.assign(process.env, card.env);
      await own.stop();
    }
  });
});

it("says what is missing where no program can record", async () => {
  const { PATH } = process.env;
  process.env.PATH = "";
  try {
    const error = await openMicrophone().catch((reason) => reason);
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({
      code: "no-sound",
      message: expect.stringMatching(/^No microphone works here: .*sox is not installed$/),
      fix: expect.stringContaining("--browser"),
    });
  } finally {
    process.env.PATH = PATH;
  }
});

/** Speaks for `seconds` into the microphone, and compares what the speaker gives with it, half a second at a time. */
async function loop(backend: BackendName, seconds: number) {
  const text = spoken(seconds);
  const microphone = await openMicrophone({ backend });
  const speaker = await openSpeaker({ backend });
  const buffer = new JitterBuffer(CARD_HZ);
  const playback = new Playback({ speaker, source: buffer, clock: realClock, onFrame: () => {} });
  const lost: unknown[] = [];
  speaker.onEnd = (error) => lost.push(error);
  microphone.start(
    (frame) => buffer.push(frame, realClock.now()),
    (error) => lost.push(error),
  );
  playback.start();
  const [said, heard] = await Promise.all([card.listenAtMicrophone(), card.listen()]);
  // Starting processes holds this one up: what counts is a minute of speech.
  const underrunsBefore = buffer.underruns + speaker.underruns;
  await card.speak(text);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const underruns = buffer.underruns + speaker.underruns - underrunsBefore;
  const [there, back] = [await said.stop(), await heard.stop()];
  playback.stop();
  await Promise.all([microphone.stop(), speaker.stop()]);
  const pieces = compare(there, back);
  expect(lost).toEqual([]);
  expect(pieces.length).toBeGreaterThan(seconds * 0.6);
  const correlations = pieces.map(({ correlation }) => correlation).sort((a, b) => a - b);
  const delays = pieces.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
  const result = {
    backends: [microphone.backend, speaker.backend],
    underruns,
    concealedMs: buffer.concealedMs,
    delayMs: delays[delays.length >> 1]!,
    worst: correlations[0]!,
    median: correlations[correlations.length >> 1]!,
  };
  console.log(
    backend,
    JSON.stringify({ ...result, longestDelayMs: delays.at(-1), targetMs: buffer.targetMs }),
  );
  return result;
}

/** The sample voice over and over, after a second of silence. */
function spoken(seconds: number): string {
  const text = voice(0, 60_000);
  return wav(
    Int16Array.from({ length: (seconds + 1) * 24_000 }, (_, i) =>
      i < 24_000 ? 0 : text[(i - 24_000) % text.length]!,
    ),
    24_000,
  );
}

function compare(said: Recorded, heard: Recorded): { correlation: number; delayMs: number }[] {
  const length = CARD_HZ / 2;
  const offset = Math.round(((said.startedAt - heard.startedAt) * CARD_HZ) / 1000);
  const found: { correlation: number; delayMs: number }[] = [];
  for (let at = 0; at + length <= said.samples.length; at += length) {
    const piece = said.samples.subarray(at, at + length);
    if (piece.filter((sample) => Math.abs(sample) > 500).length < length / 10) continue;
    const place = Math.max(0, at + offset);
    // First roughly, within a second, then to the sample.
    const rough = bestAt(thin(piece), thin(heard.samples.subarray(place, place + length + CARD_HZ)));
    const near = Math.max(0, rough.at * THINNER - 2 * THINNER);
    const around = heard.samples.subarray(place + near, place + near + length + 4 * THINNER);
    const { correlation, at: exact } = bestAt(piece, around);
    found.push({ correlation, delayMs: ((place - at - offset + near + exact) * 1000) / CARD_HZ });
  }
  return found;
}

/** Where the whole of `piece` is most like a part of `among`. */
function bestAt(piece: Int16Array, among: Int16Array): { at: number; correlation: number } {
  let best = { at: 0, correlation: 0 };
  for (let at = 0; at + piece.length <= among.length; at++) {
    const { correlation } = bestLag(piece, among.subarray(at, at + piece.length), 0);
    if (correlation > best.correlation) best = { at, correlation };
  }
  return best;
}

const THINNER = 12;
const thin = (samples: Int16Array) =>
  Int16Array.from({ length: Math.floor(samples.length / THINNER) }, (_, i) => {
    const group = samples.subarray(i * THINNER, (i + 1) * THINNER);
    return group.reduce((sum, sample) => sum + sample, 0) / THINNER;
  });

/** Both devices, the processes that carry them, and how they end. */
async function opened(choice: DeviceChoice) {
  const microphone = await openMicrophone(choice);
  const speaker = await openSpeaker(choice);
  const ended = Promise.all([
    new Promise<Error | undefined>((resolve) => microphone.start((frame) => speaker.write(frame), resolve)),
    new Promise<Error>((resolve) => {
      speaker.onEnd = resolve;
    }),
  ]);
  const stop = () => Promise.all([microphone.stop(), speaker.stop()]);
  return { ended, stop, processes: card.users() };
}

function firstFrame(microphone: Awaited<ReturnType<typeof openMicrophone>>): Promise<Int16Array> {
  return new Promise((resolve, reject) => microphone.start(resolve, reject));
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 100) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
