/** Plays the cases of the catalogue, side by side or alone, and keeps what became of each. */
import { setTimeout as after } from "node:timers/promises";
import type { Case } from "./case.js";
import type { Stage } from "./stage.js";

/** What became of a case: what was seen, or why that could not be seen. */
export type Played = { readonly from: number; readonly to: number } & (
  | { readonly seen: Awaited<ReturnType<Case["play"]>> }
  | { readonly error: unknown }
);

/** A peer that waits costs nothing; one that is twisted costs two processes' time. */
const SIDE_BY_SIDE = 24;
/** On a telephone line calls do not begin at one moment either. */
const APART_MS = 25;
const PATIENCE_MS = 25_000;

export async function play(one: Case, stage: Stage): Promise<Played> {
  const from = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("nothing became of it in time")), PATIENCE_MS);
  });
  try {
    return { seen: await Promise.race([one.play(stage), late]), from, to: Date.now() };
  } catch (error) {
    return { error, from, to: Date.now() };
  } finally {
    clearTimeout(timer);
  }
}

/** Those that may stand beside others first, then the floods, one by one. */
export async function playAll(cases: readonly Case[], stage: Stage): Promise<Map<Case, Played>> {
  const played = new Map<Case, Played>();
  const waiting = cases.filter(({ alone }) => !alone);
  let beginsAt = performance.now();
  const players = Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const now = performance.now();
      beginsAt = Math.max(now, beginsAt + APART_MS);
      await after(beginsAt - now);
      played.set(next, await play(next, stage));
    }
  });
  await Promise.all(players);
  for (const one of cases.filter(({ alone }) => alone)) played.set(one, await play(one, stage));
  return played;
}
