/** How many messages a page sends in a second: ours never sends more than a number that we know. */
import type { Clock } from "../../clock.js";

/** @returns what is asked at each message, and says whether it is one too many. */
export function moreThan(perSecond: number, clock: Clock): () => boolean {
  let since = clock.now();
  let count = 0;
  return () => {
    const now = clock.now();
    if (now - since >= 1000) {
      since = now;
      count = 0;
    }
    return ++count > perSecond;
  };
}
