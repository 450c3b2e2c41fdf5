/** An agent that speaks on while the caller speaks. */
import type { BargeIn } from "../call-analysis.js";
import type { Detector } from "../evidence.js";
import { spellMs } from "../spell.js";

/** A caller who only says "mm-hm" does not want the agent to stop. */
const SHORTEST_INTERRUPTION_MS = 600;
const SLOW_STOP_MS = 1200;

export const bargeIns: Detector = ({ call }) => {
  const meant = call.bargeIns.filter(({ at }) =>
    call.utterances.some(({ from, to }) => from === at && to - from >= SHORTEST_INTERRUPTION_MS),
  );
  const ignored = meant.filter(
    ({ stoppedAfterMs }) => (stoppedAfterMs ?? Number.POSITIVE_INFINITY) > SLOW_STOP_MS,
  );
  if (ignored.length === 0) return [];
  const worst = ignored.reduce((most, bargeIn) => (spokeOn(bargeIn) > spokeOn(most) ? bargeIn : most));
  const after =
    worst.stoppedAfterMs === undefined ? "to the end of the call" : `for ${spellMs(worst.stoppedAfterMs)}`;
  return [
    {
      kind: "barge-in-ignored",
      side: "agent",
      seen: `The caller spoke into the agent's speech ${meant.length} times, and ${ignored.length} times it spoke on, at worst ${after}.`.replaceAll(
        /\b1 times/g,
        "once",
      ),
      at: ignored[0]!.at,
    },
  ];
};

function spokeOn({ stoppedAfterMs }: BargeIn): number {
  return stoppedAfterMs ?? Number.POSITIVE_INFINITY;
}
