/** Calls of a PBX with quirks, answered by a real `serve`: whatever the PBX does, the words come back. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Encoding, PORTAL_FORMATS } from "../../src/audio/format.js";
import type { OpusFraming } from "../../src/audio/opus-framing.js";
import { resampleAll } from "../../src/audio/resample-offline.js";
import type { CallEvent } from "../../src/call/events.js";
import { EVERY_QUIRK, QUIRK_NAMES, type QuirkName } from "../../src/protocol/quirks.js";
import { type CallOptions, placeCall } from "../../src/simulate/place-call.js";
import { Track } from "../../src/simulate/track.js";
import { type Bridge, folder, serve, simulate } from "./bridge.js";
import { likeness, samplesOf, voice, wav } from "./sound.js";

const words = voice(300, 700);
let server: Bridge;
beforeAll(async () => {
  server = await serve(["--agent-option", "pause=200", "--pre-roll", "300ms", "--show-personal"]);
});

/** Calls with a few words and a key; gives the server's documents of this call. */
async function called(quirks: readonly QuirkName[], encoding: Encoding = "g711_ulaw", framing?: OpusFraming) {
  const source = { name: "words", samplesAt: (rate: number) => resampleAll(words, 24000, rate) };
  const out = join(folder(), "reply.wav");
  const options: CallOptions = {
    url: server.url,
    script: await Track.encode(source, PORTAL_FORMATS[encoding], framing),
    keys: [{ digit: "5", atMs: 100 }],
    quirks,
    out,
  };
  const result = await placeCall(options);
  expect(result).toMatchObject({ ok: true, reason: "hung-up", complaints: {}, closeCode: 1000 });
  expect(result.summary.turns).toBe(1);
  const { sampleRate, samples } = samplesOf(out);
  const alike = likeness(resampleAll(words, 24000, sampleRate), samples, sampleRate);
  expect(alike).toBeGreaterThan(encoding === "opus" ? 0.8 : 0.9);
  const ended = await server.first("call-ended", result.callId);
  const of = (type: string) => server.all(type).filter(({ callId }) => callId === result.callId);
  return { ended, of };
}

/** What `serve` says of each quirk. None keeps the call from going well. */
const WARNING: Partial<Record<QuirkName, string>> = {
  "unknown-events": "unknown-event",
  "dtmf-other-id": "dtmf-other-leg",
};

describe.concurrent("serve stands", () => {
  it.for(QUIRK_NAMES)("%s", async (quirk) => {
    const { ended, of } = await called([quirk]);
    expect(ended).toMatchObject({ reason: "caller-hung-up" });
    expect(of("dtmf")).toMatchObject([{ digit: "5" }]);
    const codes = of("warning").map(({ code }) => code);
    expect([...new Set(codes)]).toEqual(WARNING[quirk] ? [WARNING[quirk]] : []);
    const withheld = quirk === "opaque-numbers";
    expect(of("call-started")).toMatchObject([{ caller: withheld ? "anonymous" : "+12025550101" }]);
  });

  it.for([
    ["pcm16", "raw", EVERY_QUIRK],
    ["opus", "raw", EVERY_QUIRK],
    ["opus", "ogg", EVERY_QUIRK],
    ["opus", "webm", EVERY_QUIRK],
  ] as const)("all of them at once in %s %s", async ([encoding, framing, quirks]) => {
    const { ended } = await called(quirks, encoding, framing);
    expect(ended).toMatchObject({ reason: "caller-hung-up" });
  });
});

it("clips the agent's first syllable where serve sends no silence before it", async () => {
  const bare = await serve(["--agent-option", "pause=200"]);
  const source = { name: "words", samplesAt: (rate: number) => resampleAll(words, 24000, rate) };
  const script = await Track.encode(source, PORTAL_FORMATS.g711_ulaw);
  /** How long after the first audio arrived something is heard. */
  const silentMs = async (quirks: readonly QuirkName[]) => {
    let from = Number.POSITIVE_INFINITY;
    const observe = (event: CallEvent) => {
      if (event.type === "agent-audio") from = Math.min(from, event.heardAt);
    };
    const out = join(folder(), "reply.wav");
    await placeCall({ url: bare.url, script, quirks, observers: [observe], out });
    const { samples, sampleRate } = samplesOf(out);
    return (samples.findIndex((sample) => Math.abs(sample) > 500) / sampleRate) * 1000 - from;
  };
  const [whole, clipped] = await Promise.all([silentMs([]), silentMs(["clipped-start"])]);
  expect(whole).toBeLessThan(250);
  expect(clipped).toBeGreaterThan(299);
});

it("are switched on by --quirk, and the agent need not know", async () => {
  const said = wav(words, 24000);
  const caller = simulate(["--agent-option", "pause=200", "--wav", said, "--dtmf", "5@1s", "--quirk", "all"]);
  expect(await caller.exit).toBe(0);
  expect(caller.stderr).toBe("");
  expect(caller.all("warning").map(({ code }) => code)).toContain("unknown-event");
  expect(caller.all("summary")).toMatchObject([{ ok: 1, turns: 1 }]);
});

it("that do not exist are refused with the one that was probably meant", async () => {
  const caller = simulate(["--quirk", "odd-frame"]);
  expect(await caller.exit).toBe(2);
  expect(caller.output).toContain('odd-frame\\" is not a quirk');
  expect(caller.output).toContain("--quirk odd-frames");
});
