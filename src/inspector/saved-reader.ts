/** A thread of its own that reads recordings: lists them, looks for problems and writes reports, while calls go on undisturbed. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { CALL_FILE } from "../recording/format.js";
import type { SavedFacts } from "./messages.js";
import { problemsOf, reasonOf, savedFacts } from "./saved-facts.js";
import type { FromReader, ReadingSettings, ToReader } from "./saved-messages.js";

/** Older ones are counted and not shown. */
const MOST_SHOWN = 200;

interface Known {
  readonly changedMs: number;
  readonly facts: SavedFacts;
  isAnalysed: boolean;
}

const { directory, showPersonal, version } = workerData as ReadingSettings;
const port = parentPort as NonNullable<typeof parentPort>;
const known = new Map<string, Known>();
let isLooking = false;
let mustLookAgain = false;
let isAnalysing = false;

port.on("message", (message: ToReader) => {
  if (message.type === "look") void look();
  else void write(message);
});

function tell(message: FromReader): void {
  port.postMessage(message);
}

async function look(): Promise<void> {
  mustLookAgain = isLooking;
  if (isLooking) return;
  isLooking = true;
  const { calls, total } = await listing();
  tell({ type: "listing", calls, total });
  isLooking = false;
  if (mustLookAgain) void look();
  else void analyse();
}

async function listing() {
  // Hidden ones are being made.
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort()
    .reverse();
  const calls: { name: string; facts: SavedFacts }[] = [];
  let total = 0;
  for (const name of names) {
    const changedMs = await stat(join(directory, name, CALL_FILE)).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (changedMs === undefined) continue;
    total++;
    if (calls.length === MOST_SHOWN) continue;
    const kept = known.get(name);
    const facts = kept?.changedMs === changedMs ? kept.facts : await learn(name, changedMs);
    calls.push({ name, facts });
  }
  const shown = new Set(calls.map(({ name }) => name));
  for (const name of known.keys()) if (!shown.has(name)) known.delete(name);
  return { calls, total };
}

async function learn(name: string, changedMs: number): Promise<SavedFacts> {
  const facts = await savedFacts(join(directory, name), showPersonal);
  known.set(name, { changedMs, facts, isAnalysed: facts.state !== "closed" });
  return facts;
}

/** One after the other, the newest first: whoever looks, looks at these. */
async function analyse(): Promise<void> {
  if (isAnalysing) return;
  isAnalysing = true;
  for (;;) {
    const [name, next] = [...known]
      .filter(([, { isAnalysed }]) => !isAnalysed)
      .sort(([a], [b]) => (a < b ? 1 : -1))[0] ?? [""];
    if (!next) break;
    next.isAnalysed = true;
    const problems = await problemsOf(join(directory, name)).catch(() => undefined);
    if (problems) tell({ type: "problems", name, problems });
  }
  isAnalysing = false;
}

async function write({ job, name, kind, path }: ToReader & { type: "export" }): Promise<void> {
  try {
    const { writeExport } = await import("./saved-export.js");
    await writeExport(join(directory, name), kind, path, { showPersonal, version });
    tell({ type: "exported", job });
  } catch (error) {
    tell({ type: "exported", job, failed: reasonOf(error) });
  }
}
