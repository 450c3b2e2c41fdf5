/** Finds out what a recorded call was. */

import { CallAnalyser } from "../analysis/call-analyser.js";
import type { CallAnalysis } from "../analysis/call-analysis.js";
import { loadOpus } from "../audio/opus.js";
import { callEventBatches } from "./call-events.js";
import { openRecording, type Recording } from "./reader.js";

/**
 * @param recording its folder, or one that is open and stays so.
 * @throws BridgeError `bad-recording` when the folder is no recording.
 */
export async function analyseRecording(recording: string | Recording): Promise<CallAnalysis> {
  if (typeof recording !== "string") return analyse(recording);
  const opened = await openRecording(recording);
  try {
    return await analyse(opened);
  } finally {
    await opened.close();
  }
}

async function analyse(recording: Recording): Promise<CallAnalysis> {
  const { format, audio } = recording.call;
  const analyser = new CallAnalyser({
    ...(format.encoding === "opus" && { opus: await loadOpus() }),
    withoutAudio: audio === false,
  });
  let at = 0;
  const onBadLine = ({ line, detail }: { line: number; detail: string }) =>
    analyser.observe({
      at,
      type: "warning",
      code: "bad-line",
      message: `line ${line} of the recording: ${detail}`,
    });
  for await (const events of callEventBatches(recording, { onBadLine, withoutAgentLeg: true }))
    for (const event of events) {
      at = event.at;
      analyser.observe(event);
    }
  return analyser.finish();
}
