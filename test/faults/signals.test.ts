/** Signals at random moments of a recorded call: what the caller had heard is saved, but for the last quarter second of a kill -9. */
import { readdirSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repairRecording } from "../../src/recording/repair.js";
import { seededRandom } from "../../src/simulate/random.js";
import { type Bridge, folder, serve } from "../e2e/bridge.js";
import { Phone } from "../e2e/phone.js";
import { readSaved } from "../e2e/sound.js";
import { isLong, nothingOf } from "./measured.js";

/** What docs/recording-format.md promises of a kill -9. */
const UNSAVED_MS = 250;
const LONGEST_CALL_MS = 2000;
/** Two signals that are closer together than 50 ms count as one. */
const SECOND_SIGNAL_MS = 80;
const CASES = isLong ? 100 : 8;
const SIDE_BY_SIDE = 4;

const seed = isLong ? Date.now() % 1_000_000 : 7;
const chance = seededRandom("signals", seed);
const lost: string[] = [];
let cases = 0;

/** How a process is brought to its end. @returns whether it could end in good order. */
const ENDS: Readonly<Record<string, (server: Bridge, soonMs: number) => Promise<boolean>>> = {
  "kill -9": async (server) => {
    server.signal("SIGKILL");
    return false;
  },
  "SIGINT twice": async (server) => {
    server.signal("SIGINT");
    await wait(SECOND_SIGNAL_MS);
    server.signal("SIGINT");
    return true;
  },
  // The calls may go on for as long as --drain says, and are cut then.
  SIGTERM: async (server) => {
    server.signal("SIGTERM");
    return true;
  },
  "SIGTERM, then kill -9": async (server, soonMs) => {
    server.signal("SIGTERM");
    await wait(soonMs);
    server.signal("SIGKILL");
    return false;
  },
};

/** The longest that this computer's own disk took to take a line, so far. */
let diskMs = 0;
let isWatching = true;

async function watchDisk(path: string): Promise<void> {
  while (isWatching) {
    const before = performance.now();
    await appendFile(path, "a line\n");
    diskMs = Math.max(diskMs, performance.now() - before);
    await wait(20);
  }
}

/** Time in which this process ran: what a computer that stands still takes from both sides does not count. */
class AliveClock {
  now = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => this.#tick(), 5);

  #tick(): void {
    const now = performance.now();
    this.now += Math.min(now - this.#last, 15);
    this.#last = now;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const frame = (k: number) => Buffer.alloc(160, k % 128);

async function endedAt(momentMs: number, way: string, soonMs: number): Promise<void> {
  const out = folder();
  const server = await serve(["--agent-option", "mode=instant", "--drain", "150ms", "--record", out]);
  const phone = await Phone.call(server.url);
  const clock = new AliveClock();
  const heardAt: number[] = [];
  let sent = 0;
  const startedAt = performance.now();
  const speaking = setInterval(() => {
    for (; sent * 20 <= performance.now() - startedAt; sent++) phone.media(frame(sent));
    while (heardAt.length < phone.payloads.length) heardAt.push(clock.now);
  }, 5);
  await wait(momentMs);
  const isOrderly = await ENDS[way](server, soonMs);
  const atEnd = clock.now;
  await Promise.all([server.exit, phone.closed]);
  clearInterval(speaking);
  clock.stop();
  while (heardAt.length < phone.payloads.length) heardAt.push(clock.now);

  // In good order nothing that was heard is missing; else what was heard a quarter of a second before.
  const due = isOrderly ? heardAt.length : heardAt.filter((at) => at < atEnd - UNSAVED_MS - diskMs).length;
  const name = readdirSync(out)[0];
  const saved = name === undefined || due === 0 ? undefined : await readSaved(join(out, name));
  for (const track of [saved?.caller ?? [], saved?.agent ?? []]) {
    if (track.length < due) lost.push(`${due - track.length} of ${due} frames, ${way} after ${momentMs} ms`);
    expect(track.every(({ hex }, k) => hex === frame(k).toString("hex"))).toBe(true);
  }
  if (!saved) return;
  if (isOrderly) expect(saved.call).toMatchObject({ state: "closed", reason: "shutting-down" });
  const { outcome } = await repairRecording(saved.folder, 0);
  if (isOrderly) expect(outcome).toBe("healthy");
  expect(await repairRecording(saved.folder, 0)).toEqual({ outcome: "healthy", done: [] });
}

beforeAll(() => void watchDisk(join(folder(), "lines")));
afterAll(() => {
  isWatching = false;
  nothingOf("data-lost", lost, cases);
});

describe.concurrent("a recorded call", () => {
  const plans = Array.from({ length: CASES }, (_, k) => {
    const ways = Object.keys(ENDS);
    return {
      way: ways[k % ways.length],
      momentMs: Math.round(chance() * LONGEST_CALL_MS),
      soonMs: Math.round(chance() * 250),
    };
  });
  it.for(Array.from({ length: SIDE_BY_SIDE }, (_, lane) => lane))(
    `is saved whatever signal comes, seed ${seed}, lane %i`,
    { timeout: CASES * 2_000 + 30_000 },
    async (lane) => {
      for (let k = lane; k < plans.length; k += SIDE_BY_SIDE) {
        const { way, momentMs, soonMs } = plans[k];
        await endedAt(momentMs, way, soonMs);
        cases++;
        if (isLong && cases % 10 === 0) process.stderr.write(`${cases} of ${CASES} signals\n`);
      }
    },
  );
});
