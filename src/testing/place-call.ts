/** `placeCall` for test suites: one real call, and everything that can be asserted of it. */
import { ManualClock, realClock } from "../clock.js";
import { scriptOf, type WhatToPlay } from "./call-script.js";
import { passTime } from "./fast-time.js";
import type { PlacedCall } from "./placed-call.js";
import { CallWatch, type PlaceCallOptions, watchedCall } from "./watched-call.js";

/**
 * Places one call over a real socket, as SmartPBX does, and resolves when it is over, however it went: `ok`, `reason` and
 * `detail` say how. With `agent`, a server is started for this call on a free port, and stopped after it.
 *
 * @throws BridgeError when the call could not begin: a scenario, file or agent that is wrong, an endpoint that is not there
 * or refuses. The signal's reason when it is aborted before the call began.
 */
export async function placeCall(what: WhatToPlay, options: PlaceCallOptions): Promise<PlacedCall> {
  const { clock = realClock } = options;
  const watch = new CallWatch();
  const play = await scriptOf(what, options, () => watch.transcript("agent" in options));
  let over = false;
  try {
    return await watchedCall({ ...play, watch }, options, ({ socket, isReady }) => {
      if (clock instanceof ManualClock) void passTime(clock, socket, { until: () => over, isReady });
    });
  } finally {
    over = true;
  }
}
