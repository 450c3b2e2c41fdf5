/** Whether keys, replies and tool calls still come in the same order. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import { type Comparison, type Difference, difference, ms } from "./difference.js";

interface Happening {
  readonly name: string;
  readonly at: number;
}

/** Two things so near to each other have no order. */
const TOGETHER_MS = 150;
/** Further apart in the list than this, nothing changes places without more being wrong. */
const NEIGHBOURS = 8;

export function orderDifferences({ recorded, replayed }: Comparison): Difference[] {
  const before = happenings(recorded);
  const now = new Map(happenings(replayed).map(({ name, at }) => [name, at]));
  const common = before.filter(({ name }) => now.has(name));
  if (common.length < 2) return [];
  const swapped = firstSwapped(common, now);
  const expect = "keys, replies and tool calls come in the same order as recorded";
  if (!swapped) return [difference({ expect, measured: "same", limit: "same" }, undefined)];
  const [first, second] = swapped;
  const at = now.get(second.name) as number;
  const ahead = (now.get(first.name) as number) - at;
  const reason = `${second.name} came ${ms(ahead)} before ${first.name}; when recorded it came ${ms(second.at - first.at)} after it`;
  return [difference({ expect, measured: "otherwise", limit: "same", at }, reason)];
}

function firstSwapped(
  common: readonly Happening[],
  now: ReadonlyMap<string, number>,
): [Happening, Happening] | undefined {
  for (let i = 0; i < common.length; i++) {
    for (let j = i + 1; j < common.length && j <= i + NEIGHBOURS; j++) {
      const [a, b] = [common[i], common[j]];
      const ahead = (now.get(a.name) as number) - (now.get(b.name) as number);
      if (b.at - a.at >= TOGETHER_MS && ahead >= TOGETHER_MS) return [a, b];
    }
  }
  return undefined;
}

/** What happens on both sides, each with a name of its own. Digits are personal: keys are counted. */
function happenings({ keys, tools, utterances, transcripts }: CallAnalysis): Happening[] {
  const counts = new Map<string, number>();
  const nth = (name: string) => {
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    return n;
  };
  return [
    ...keys.map(({ at }) => ({ name: `key ${nth("key")}`, at })),
    ...tools.map(({ name, at }) => ({ name: `call ${nth(`tool ${name}`)} of ${name}`, at })),
    ...transcripts.map(({ who, at }) => ({ name: `line ${nth(who)} of the ${who}'s transcript`, at })),
    ...utterances.flatMap(({ reply }, k) => (reply ? [{ name: `reply ${k + 1}`, at: reply.from }] : [])),
  ].sort((a, b) => a.at - b.at);
}
