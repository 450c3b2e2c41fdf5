/** The catalogue of hostile peers, played against one real server: each has its outcome, and the call beside it never notices. */
import { setTimeout as after } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { http } from "../e2e/phone.js";
import { hardlyAnyOf, nothingOf } from "../faults/measured.js";
import type { Case } from "./case.js";
import { CATALOGUE, cases } from "./cases/index.js";
import type { Health } from "./healthy.js";
import type { Holdings } from "./holdings.js";
import { type Played, play, playAll } from "./play.js";
import { Stage } from "./stage.js";

/** A call in good order must not notice more than this. */
const MOST_LATE_MS = 20;
/** What the first calls of a process leave for those that follow: compiled code, filters, tables. */
const MOST_KEPT_BYTES = 24_000_000;
/** What the system has given to the process and the process gives back late. */
const MOST_RSS_BYTES = 450_000_000;
/** What the machine takes from this process alone is not always seen in the call beside it. */
const FEW_FRAMES = 1;
const SETTLED_WITHIN_MS = 15_000;

let stage: Stage;
let played: Map<Case, Played>;
let health: Health;
/** Who was there when, to name them should the call beside them be disturbed. */
let spans: { readonly name: string; readonly from: number; readonly to: number }[];

beforeAll(async () => {
  stage = await Stage.open();
  played = await playAll(cases, stage);
  spans = [...played].map(([{ peer, does }, { from, to }]) => ({ name: `${peer} ${does}`, from, to }));
  health = await stage.healthy.end();
}, 180_000);
afterAll(() => stage.close());

describe.each(Object.entries(CATALOGUE))("%s", (_, rows) => {
  it.each(rows.map((row) => [`${row.peer} ${row.does}`, row] as const))("%s", async (_, row) => {
    // What was held up among all the others may be tried once more, by itself.
    const one = played.get(row) ?? (await play(row, stage));
    played.delete(row);
    if ("error" in one) throw one.error;
    const { also, ...outcome } = row.outcome;
    expect(one.seen).toMatchObject(outcome);
  });
});

it("the call beside all this gets every frame back, in order, unchanged and in time", () => {
  const disturbed = health.lateness
    .filter(({ at, ownMs }) => ownMs > MOST_LATE_MS && !stage.wasLooked(at))
    .map(({ at, ownMs }) => `${Math.round(ownMs)} ms beside: ${there(at)}`);
  if (disturbed.length > 0) console.log(disturbed.join("\n"));
  const lateMs = health.lateness.map(({ wholeMs }) => wholeMs);
  const whole = lateMs.filter((ms) => ms > MOST_LATE_MS).length;
  console.log(
    `${health.frames} frames; the latest by ${Math.round(Math.max(...lateMs))} ms, of which the server's own ${Math.round(Math.max(...health.lateness.map(({ ownMs }) => ownMs)))} ms; ${whole} were late by the machine or the server`,
  );
  expect(health.ended).toBeUndefined();
  expect(health.frames).toBeGreaterThan(500);
  nothingOf("data-lost", new Array(health.lost).fill("frame"), 1);
  hardlyAnyOf("disturbed", disturbed, cases.length, FEW_FRAMES);
});

it("the server holds no more than before: no call, no socket, no timer, no memory", async () => {
  const began = performance.now();
  let held = await stage.held();
  while (!isSettled(held) && performance.now() - began < SETTLED_WITHIN_MS) {
    await after(250);
    held = await stage.held();
  }
  console.log(`held before ${JSON.stringify(stage.base)}, and after ${JSON.stringify(held)}`);
  expect(JSON.parse((await http(stage.url, "/health")).body)).toMatchObject({ calls: 0 });
  expect(isSettled(held), JSON.stringify({ base: stage.base, held })).toBe(true);
});

it("the server lives, has nothing to complain of, and stops when it is asked to", async () => {
  expect(stage.server.isRunning).toBe(true);
  expect(await stage.server.stop()).toBe(0);
  expect(stage.server.stderr).toBe("");
});

/** Those who were there when a frame came, or had just gone. */
function there(at: number): string {
  const names = spans.filter(({ from, to }) => from - 50 <= at && at <= to + 200).map(({ name }) => name);
  return names.join(" · ");
}

function isSettled({ heldBytes, rssBytes, resources, files }: Holdings): boolean {
  const { base } = stage;
  const kinds = Object.keys(resources).filter((kind) => /TCP|Timeout/.test(kind));
  return (
    heldBytes - base.heldBytes < MOST_KEPT_BYTES &&
    rssBytes - base.rssBytes < MOST_RSS_BYTES &&
    files <= base.files + 8 &&
    // One timer of the server itself may be set or not.
    kinds.every((kind) => resources[kind]! <= (base.resources[kind] ?? 0) + (kind === "Timeout" ? 1 : 0))
  );
}
