/** An agent that does one thing otherwise than when it was recorded fails its replay, and the first line says which. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MediaFormat, PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { realClock } from "../../src/clock.js";
import { createRecorder } from "../../src/recording/writer.js";
import { compareCalls } from "../../src/replay/compare.js";
import { openReplay, type Replayable, replayCall } from "../../src/replay/replay.js";
import { DEFAULT_TOLERANCES } from "../../src/replay/tolerances.js";
import type { Check } from "../../src/report/results/result.js";
import { placeCall } from "../../src/simulate/place-call.js";
import { Track } from "../../src/simulate/track.js";
import { voice } from "../audio/voice.js";
import { type Mutation, turnAgent } from "../replay/turn-agent.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;
const PCM16 = PORTAL_FORMATS.pcm16;
const UNCHANGED_RUNS = 12;

/** The caller speaks, interrupts the reply, and hangs up after the reply to that. */
const SAYS = [
  { at: 100, ms: 500 },
  { at: 1700, ms: 400 },
];
const HANG_UP_AT = 3600;
/** So many calls at a time. */
const SIDE_BY_SIDE = 10;

const MUTATIONS: Readonly<Record<string, { format?: MediaFormat; agent: Mutation; cause: RegExp }>> = {
  "replies 500 ms later": {
    agent: { laterMs: 500 },
    cause:
      /^reply 1 came [\d,]+ ms after the caller, [45]\d\d ms later than recorded \(\d+ ms\); allowed: 300 ms later$/,
  },
  "one turn missing": { agent: { skips: 2 }, cause: /^reply 2 is missing: / },
  "audio 6 dB down": { agent: { gainDb: -6 }, cause: /^reply 1 is [56](\.\d)? dB softer than recorded/ },
  "PCM16 in a μ-law call": { agent: { speaksAs: pcm16(8000) }, cause: /PCM16/ },
  "μ-law in a pcm16 call": { format: PCM16, agent: { speaksAs: ULAW }, cause: /μ-law/ },
  "no callId": { agent: { noCallId: true }, cause: /callId/ },
  "an early hang-up": { agent: { hangsUpAtMs: 1500 }, cause: /^the agent ended the call at 1,\d+ ms/ },
  "an ignored barge-in": { agent: { ignoresBargeIn: true }, cause: /^the agent (spoke on for|ignored) / },
};

const found = new Map<string, Check[]>();
const unchanged: Check[][] = [];
let directory: string;

/** Many calls run side by side: what is told is told of a busy computer. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mutations-"));
  const [ulaw, pcm] = await Promise.all([recorded(ULAW), recorded(PCM16)]);
  const runs = [
    ...Object.entries(MUTATIONS).map(([name, { format = ULAW, agent }]) => async () => {
      found.set(name, await replayed(format === ULAW ? ulaw : pcm, agent));
    }),
    ...Array.from({ length: UNCHANGED_RUNS }, (_, k) => async () => {
      unchanged.push(await replayed(k % 2 === 0 ? ulaw : pcm, {}));
    }),
  ];
  while (runs.length > 0) await Promise.all(runs.splice(0, SIDE_BY_SIDE).map((run) => run()));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

test(`an unchanged agent passes ${UNCHANGED_RUNS} times of ${UNCHANGED_RUNS}`, () => {
  expect(unchanged).toHaveLength(UNCHANGED_RUNS);
  expect(unchanged.flatMap(reasons)).toEqual([]);
  const checks = unchanged[0].map(({ expect: words }) => words);
  expect(
    checks.filter((words) => /^reply \d (comes|is as loud|sounds)|^the agent stops/.test(words)),
  ).toHaveLength(7);
  const likenesses = unchanged.flat().filter(({ expect: words }) => words.endsWith("sounds as recorded"));
  for (const { measured } of likenesses) expect(measured).toBeGreaterThanOrEqual(0.95);
});

describe("the first line names the cause", () => {
  test.each(Object.entries(MUTATIONS))("%s", (name, { cause }) => {
    expect(reasons(found.get(name) ?? [])[0]).toMatch(cause);
  });
});

function reasons(checks: readonly Check[]): string[] {
  return checks.filter(({ ok }) => !ok).map(({ reason }) => reason);
}

/** A good call in this format. */
async function recorded(format: MediaFormat): Promise<Replayable> {
  const endpoint = await turnAgent();
  const samplesAt = (rate: number) => {
    const samples = new Int16Array((HANG_UP_AT * rate) / 1000);
    for (const { at, ms } of SAYS) samples.set(voice(rate, ms), (at * rate) / 1000);
    return samples;
  };
  const recorder = createRecorder({
    directory: join(directory, format.encoding),
    clock: realClock,
    agent: "turns",
    source: "simulate",
    onWarning: () => {},
  });
  const script = await Track.encode({ name: "caller", samplesAt }, format);
  await placeCall({ url: endpoint.url, script, hangUpAfterMs: HANG_UP_AT, observers: [recorder.observer] });
  await recorder.close();
  await endpoint.close();
  return openReplay(recorder.folder() as string, "exact");
}

async function replayed(recording: Replayable, agent: Mutation): Promise<Check[]> {
  const endpoint = await turnAgent(agent);
  const replay = await replayCall(recording, {
    url: endpoint.url,
    endpoint: "turns",
  });
  await endpoint.close();
  return compareCalls({ ...replay, tolerances: DEFAULT_TOLERANCES });
}
