/** How bad a simulated network is, as `jitter=30ms,burst=200ms,stall=1s,loss=2%`. */
import { BURST_EVERY_MS, type NetworkModel, STALL_EVERY_MS } from "../simulate/network.js";
import { suggest } from "../suggest.js";
import { BadValue } from "./bad-value.js";
import { parseDuration } from "./units.js";

/** Each key with the field it fills, and what it is when it is not given. */
const DURATIONS = {
  jitter: ["jitterMs", 0],
  burst: ["burstMs", 0],
  stall: ["stallMs", 0],
  "burst-every": ["burstEveryMs", BURST_EVERY_MS],
  "stall-every": ["stallEveryMs", STALL_EVERY_MS],
} as const;
const KEYS = [...Object.keys(DURATIONS), "loss"];
const EXAMPLE = "jitter=30ms,burst=200ms,stall=1s";
const SHORTEST_EVERY_MS = 20;

/** @throws BadValue */
export function parseNetwork(text: string): NetworkModel {
  const model: Record<string, number> = { loss: 0 };
  for (const [field, fallback] of Object.values(DURATIONS)) model[field] = fallback;
  const given = new Set<string>();
  for (const part of text.split(",")) {
    const match = /^\s*([a-z-]+)\s*=\s*(\S+)\s*$/i.exec(part);
    if (!match) throw new BadValue("each part is a key, = and a value", { instead: EXAMPLE });
    const [, key, value] = match as unknown as [string, string, string];
    if (!KEYS.includes(key)) throw unknownKey(key, text);
    if (given.has(key)) throw new BadValue(`${key} is given twice`, { fix: "Leave one of them out." });
    given.add(key);
    if (key === "loss") model.loss = parseShare(value);
    else model[DURATIONS[key as keyof typeof DURATIONS][0]] = parseDuration(value);
  }
  const value = model as unknown as NetworkModel;
  checkRoom("burst", value.burstMs, value.burstEveryMs);
  checkRoom("stall", value.stallMs, value.stallEveryMs);
  return value;
}

function unknownKey(key: string, text: string): BadValue {
  const meant = suggest(key, KEYS);
  return new BadValue(`${JSON.stringify(key)} is not one of ${KEYS.join(", ")}`, {
    instead: meant ? text.replace(new RegExp(`(^|,)(\\s*)${key}(?=\\s*=)`), `$1$2${meant}`) : EXAMPLE,
  });
}

/** `2%` or `0.02`. */
function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const share = match ? Number(match[1]) / (match[2] ? 100 : 1) : Number.NaN;
  if (share >= 0 && share <= 1) return share;
  const isForgotten = match && !match[2] && Number(match[1]) <= 100;
  throw new BadValue(`loss=${text} is not a share from 0% to 100%`, {
    instead: `loss=${isForgotten ? text : 2}%`,
  });
}

/** A line that is held back more than half of the time is no line. */
function checkRoom(name: "burst" | "stall", ms: number, everyMs: number): void {
  if (everyMs < SHORTEST_EVERY_MS)
    throw new BadValue(`${name}-every is less than ${SHORTEST_EVERY_MS}ms`, { instead: EXAMPLE });
  if (ms * 2 <= everyMs) return;
  throw new BadValue(`${name}=${ms}ms is more than half of ${name}-every=${everyMs}ms`, {
    instead: `${name}=${ms}ms,${name}-every=${ms * 4}ms`,
  });
}
