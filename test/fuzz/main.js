/**
 * Feeds every reader with mutated inputs: `node test/fuzz/main.js --inputs 10000000`, or `--seconds 4`; with `--target NAME` only one.
 * A crash is an error that is not documented, more than a second for one input, or memory that grows. It is saved in
 * `test/fuzz/crashes`, and played first from then on.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AGENT_TARGETS } from "./agents.js";
import { dice, mutate } from "./mutate.js";
import { isRefusal, TARGETS } from "./targets.js";

const CRASHES = new URL("crashes/", import.meta.url);
const MOST_MS = 1000;
const MOST_GROWN_BYTES = 300_000_000;
/** Inputs of a round for a reader that takes microseconds; the others have a share of it. */
const ROUND = 2000;
/** An error on a socket comes after the input that made it. */
const REMEMBERED = 60;

const { values } = parseArgs({
  options: {
    inputs: { type: "string" },
    seconds: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
    target: { type: "string" },
  },
});
const inputs = values.inputs ? Number(values.inputs) : Number.POSITIVE_INFINITY;
const deadline = values.seconds
  ? performance.now() + Number(values.seconds) * 1000
  : Number.POSITIVE_INFINITY;
if (!values.inputs && !values.seconds) throw new Error("say how long: --inputs 10000000, or --seconds 60");
const targets = [...TARGETS, ...AGENT_TARGETS].filter(({ name }) => !values.target || name === values.target);
const crashes = new Set();
const counts = new Map(targets.map(({ name }) => [name, 0]));
let current = { name: "", last: [] };

function crash(name, bytes, why) {
  const mark = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  crashes.add(`${name}-${mark}`);
  mkdirSync(CRASHES, { recursive: true });
  writeFileSync(new URL(`${name}-${mark}.bin`, CRASHES), bytes);
  console.log(`\ncrash of ${name}, saved as ${name}-${mark}.bin: ${why instanceof Error ? why.stack : why}`);
}

process.on("uncaughtException", (error) => {
  for (const bytes of current.last) crash(current.name, bytes, error);
});
process.on("unhandledRejection", (error) => {
  for (const bytes of current.last) crash(current.name, bytes, error);
});

async function play(target, bytes) {
  if (current.name !== target.name) current = { name: target.name, last: [] };
  if (target.prepare) {
    current.last.push(bytes);
    if (current.last.length > REMEMBERED) current.last.shift();
  }
  counts.set(target.name, counts.get(target.name) + 1);
  const began = performance.now();
  const cpu = process.cpuUsage();
  try {
    const done = target.run(bytes);
    if (done instanceof Promise) await done;
  } catch (error) {
    if (!isRefusal(error)) crash(target.name, bytes, error);
  }
  if (performance.now() - began < MOST_MS) return;
  // A computer that stalls is nobody's fault.
  const { user, system } = process.cpuUsage(cpu);
  if ((user + system) / 1000 > MOST_MS)
    crash(target.name, bytes, `it took ${Math.round((user + system) / 1000)} ms`);
}

for (const target of targets) await target.prepare?.();
for (const name of readdirSync(CRASHES).filter((name) => name.endsWith(".bin"))) {
  const target = targets.find(
    (one) => name.startsWith(`${one.name}-`) && name.length === one.name.length + 17,
  );
  if (target) await play(target, readFileSync(new URL(name, CRASHES)));
}

const roll = dice(Number(values.seed));
const total = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
const began = performance.now();
let toldAt = began;
/** Held once every reader has been at work for a while. */
let base;
for (let round = 0; total() < inputs && performance.now() < deadline && crashes.size < 20; round++) {
  for (const target of targets) {
    const many = Math.max(1, Math.round(ROUND * (target.share ?? 1)));
    // Every reader has its turn, however slow the computer.
    for (let k = 0; k < many && total() < inputs && (round === 0 || performance.now() < deadline); k++)
      await play(target, mutate(target.seeds, roll));
    if (performance.now() - toldAt > 1000 && values.inputs) {
      toldAt = performance.now();
      const rate = Math.round((total() / (toldAt - began)) * 1000);
      process.stderr.write(
        `\r${total()} of ${inputs} inputs, ${rate} a second, ${crashes.size} crashes, at ${target.name}          `,
      );
    }
  }
  const heldBytes = process.memoryUsage.rss();
  if (round === 5) base = heldBytes;
  if (base && heldBytes - base > MOST_GROWN_BYTES) {
    crash(
      "memory",
      Buffer.from(values.seed),
      `${Math.round((heldBytes - base) / 1e6)} MB more are held after ${total()} inputs`,
    );
    break;
  }
}
if (values.inputs) process.stderr.write("\n");
for (const [name, count] of counts) console.log(`${name.padEnd(20)} ${String(count).padStart(10)}`);
console.log(
  `${total()} inputs in ${Math.round((performance.now() - began) / 1000)} s, seed ${values.seed}: ${crashes.size} crashes`,
);
for (const target of targets) await target.close?.();
process.exit(crashes.size === 0 ? 0 : 1);
