/** Places a call that nobody has made before, and records it where that is asked for. */
import { createRecorder } from "../recording/writer.js";
import type { Check } from "../report/results/result.js";
import { placeCall } from "../simulate/place-call.js";
import type { Scenario } from "../simulate/scenario/scenario.js";
import type { ScriptMaker } from "../simulate/script.js";
import type { PlaceCallSettings } from "./call-settings.js";
import { durationMs } from "./duration.js";
import type { Line, Play } from "./watched-call.js";

/** What is said in it, and what the scenario says of the call; options are stronger. */
export interface NewCall {
  readonly script: ScriptMaker;
  readonly call: Scenario["call"];
  /** Asked for when the call is over. Default: nothing was expected. */
  readonly verdicts?: () => readonly Check[];
}

export function newCall({ script, call, verdicts = () => [] }: NewCall, options: PlaceCallSettings): Play {
  const { record, showPersonal = false, hangUpAfter, dropAfter, keys, network, quirks, seed } = options;
  const times = {
    ...(hangUpAfter !== undefined && { hangUpAfterMs: durationMs(hangUpAfter) }),
    ...(dropAfter !== undefined && { dropAfterMs: durationMs(dropAfter) }),
  };
  async function place(overheard: ScriptMaker, { name, overhear, over, onWarning, ...line }: Line) {
    const { clock } = line;
    const recorder =
      record === undefined
        ? undefined
        : createRecorder({
            directory: record,
            clock,
            showPersonal,
            agent: name,
            source: "simulate",
            onWarning,
          });
    if (recorder) overhear(recorder.observer);
    try {
      const result = await placeCall({
        ...line,
        ...times,
        script: overheard,
        profile: options.profile ?? call.profile,
        caller: options.caller ?? call.caller,
        callee: options.callee ?? call.callee,
        accountId: options.account ?? call.account,
        keys,
        network,
        quirks,
        seed,
      });
      await over();
      await recorder?.close();
      return { result, verdicts: verdicts(), folder: recorder?.folder() };
    } finally {
      await recorder?.close();
    }
  }
  return { script, place };
}
