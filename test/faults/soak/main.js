/**
 * `npm run soak [-- --minutes 30]`: calls of all formats come and go at a real `serve`, with agents that fail in turns. Between rounds nobody
 * calls, and what the server holds then must stay the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { PORTAL_FORMATS } from "../../../dist/audio/format.js";
import { sine } from "../../../dist/audio/signal.js";
import { placeCall } from "../../../dist/simulate/place-call.js";
import { Track } from "../../../dist/simulate/track.js";
import { ENDS, startAgents } from "./agents.js";
import { WatchedServer } from "./server.js";

const MIB = 1024 * 1024;
/** What an idle server may hold more after hours than after its warm-up: compiled code, and pages the allocator keeps. */
const MOST_HEAP_MIB = 4;
const MOST_RSS_MIB = 48;
const STOP_MS = 1000;
const REST_MS = 15_000;
/** A caller at an agent that fails waits for the end, however slow this computer is. */
const PATIENCE_MS = 15_000;
/** How soon an agent that lives is heard at the latest: so soon, and so many times the longest that this process was held up. */
const HEARD_MS = 1500;
const HELD_UP_TIMES = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    concurrency: { type: "string", default: "12" },
  },
});
const totalMs = Number(values.minutes) * 60_000;
const concurrency = Number(values.concurrency);
if (!(totalMs > 0 && concurrency >= 1)) {
  console.error("usage: npm run soak -- [--minutes 30] [--concurrency 12]");
  process.exit(2);
}
const rounds = Math.max(5, Math.min(30, Math.round(totalMs / 15_000)));
const warmUpRounds = Math.ceil(rounds / 4);

const faults = [];
const fault = (what) => {
  faults.push(what);
  console.error(`FAULT ${what}`);
};

const samplesAt = (rate) => {
  const samples = new Int16Array(rate);
  samples.set(sine(440, -12, 600, rate));
  return samples;
};
const scripts = await Promise.all(
  Object.values(PORTAL_FORMATS).map((format) => Track.encode({ name: "words", samplesAt }, format)),
);
const faultyWays = Object.keys(ENDS).filter((way) => way !== "echoes");

const agents = await startAgents();
const recordings = mkdtempSync(join(tmpdir(), "smartpbx-soak-"));
const server = await WatchedServer.start([...agents.args, "--record", recordings], (document) => {
  if (document.type === "recorded") rmSync(document.folder, { recursive: true, force: true });
  else if (document.code === "recording-failed") fault(`a recording failed: ${document.message}`);
});

const heldUp = monitorEventLoopDelay({ resolution: 10 });
heldUp.enable();
let placed = 0;
let lost = 0;
/** Places one call and checks how it ended. Two of three are well, some of which the caller's own line drops. */
async function call() {
  const index = placed++;
  const way = index % 3 === 2 ? faultyWays[Math.floor(index / 3) % faultyWays.length] : "echoes";
  const isWell = way === "echoes";
  const isDropped = isWell && index % 10 === 0;
  if (index % 50 === 0) heldUp.reset();
  const isEnded = ENDS[way] !== "caller-hung-up";
  const ms = isEnded ? PATIENCE_MS : 400 + ((index * 677) % 2600);
  const expected = isDropped ? "caller-lost" : ENDS[way];
  try {
    const { callId } = await placeCall({
      url: server.url,
      callee: way,
      script: scripts[index % scripts.length],
      ...(isDropped ? { dropAfterMs: ms } : { hangUpAfterMs: ms }),
    });
    const until = performance.now() + 5000;
    while (!server.ended.has(callId) && performance.now() < until) await wait(20);
    const ended = server.ended.get(callId);
    server.ended.delete(callId);
    const isHeard = !isWell || ms < HEARD_MS + HELD_UP_TIMES * (heldUp.max / 1e6) || ended?.framesOut > 0;
    if (ended?.reason === expected && isHeard) return;
    fault(
      `call ${index} (${way}): ${ended?.reason ?? "no end"} instead of ${expected}, ${ended?.framesOut} frames`,
    );
  } catch (error) {
    fault(`call ${index} (${way}): ${error.message}`);
  }
  lost++;
}

async function lane(until) {
  while (performance.now() < until) await call();
}

/** What the server holds when the last recordings are finished, and agents that do not answer a close are left. */
async function atRest() {
  const until = performance.now() + REST_MS;
  for (;;) {
    await wait(300);
    const now = await server.holds();
    if (!now.handles.TCPSocketWrap && !now.handles.FSReqPromise) return now;
    if (performance.now() > until) {
      fault(`at rest it still holds ${JSON.stringify(now.handles)}`);
      return now;
    }
  }
}

const startedAt = performance.now();
const held = [];
for (let round = 1; round <= rounds; round++) {
  const until = startedAt + (totalMs * round) / rounds;
  await Promise.all(Array.from({ length: concurrency }, () => lane(until)));
  const now = await atRest();
  held.push(now);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const size = (bytes) => (bytes / MIB).toFixed(1);
  console.log(
    `${seconds} s of ${totalMs / 1000}: ${placed} calls, ${lost} lost, heap ${size(now.heapUsed)} MiB, rss ${size(now.rss)} MiB, ` +
      `handles ${JSON.stringify(now.handles)}${round <= warmUpRounds ? " (warm-up)" : ""}`,
  );
}

const [base, last] = [held[warmUpRounds - 1], held[held.length - 1]];
const grown = (what) => (last[what] - base[what]) / MIB;
if (grown("heapUsed") > MOST_HEAP_MIB) fault(`the heap grew by ${grown("heapUsed").toFixed(1)} MiB`);
if (grown("rss") > MOST_RSS_MIB) fault(`the process grew by ${grown("rss").toFixed(1)} MiB`);
for (const type of new Set([...Object.keys(base.handles), ...Object.keys(last.handles)]))
  if ((last.handles[type] ?? 0) > (base.handles[type] ?? 0))
    fault(`more handles of ${type} than after the warm-up`);
if (server.ended.size > 0) fault(`${server.ended.size} calls ended that nobody placed`);

const { code, tookMs } = await server.stop();
if (code !== 0) fault(`serve ended with ${code}`);
if (tookMs > STOP_MS) fault(`serve took ${Math.round(tookMs)} ms to stop without a call`);
if (server.stderr !== "") fault(`serve wrote to stderr: ${server.stderr.slice(0, 500)}`);
agents.close();
rmSync(recordings, { recursive: true, force: true });

console.log(`trust: calls-lost=${lost} cases=${placed}`);
console.log(`trust: soak-faults=${faults.length} cases=${rounds}`);
console.log(
  `heap ${grown("heapUsed").toFixed(2)} MiB and process ${grown("rss").toFixed(1)} MiB larger than after the warm-up; stopped in ${Math.round(tookMs)} ms`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
