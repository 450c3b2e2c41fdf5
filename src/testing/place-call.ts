/** `placeCall` for test suites: one real call, and everything that can be asserted of it. */
import { ManualClock, realClock } from "../clock.js";
import { recordingFolder, scriptOf, type WhatToPlay } from "./call-script.js";
import type { PlaceCallOptions } from "./call-settings.js";
import { CallWatch } from "./call-watch.js";
import { passTime } from "./fast-time.js";
import { newCall } from "./new-call.js";
import type { PlacedCall } from "./placed-call.js";
import { recordedCall } from "./recorded-call.js";
import { watchedCall } from "./watched-call.js";

/**
 * Places one call over a real socket, as SmartPBX does, and resolves when it is over, however it went: `ok`, `reason` and
 * `detail` say how. A recording is played again and compared: `verdicts` says what differs. With `agent`, a server is started for this call on a free port, and stopped after it.
 *
 * @throws BridgeError when the call could not begin: a scenario, file or agent that is wrong, an endpoint that is not there
 * or refuses. The signal's reason when it is aborted before the call began.
 */
export async function placeCall(what: WhatToPlay, options: PlaceCallOptions): Promise<PlacedCall> {
  const { clock = realClock } = options;
  const watch = new CallWatch();
  const transcript = () => watch.transcript("agent" in options);
  const folder = await recordingFolder(what);
  const play = folder
    ? await recordedCall(folder, options)
    : newCall(await scriptOf(what, options, transcript), options);
  let over = false;
  try {
    return await watchedCall(play, watch, options, ({ socket, isReady }) => {
      if (clock instanceof ManualClock) void passTime(clock, socket, { until: () => over, isReady });
    });
  } finally {
    over = true;
  }
}
