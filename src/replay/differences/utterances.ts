/** Whether the caller came to say all it had to say, and whether anything could be measured at all. */
import { type Comparison, type Difference, difference } from "./difference.js";

/** The same bytes are the same utterances, unless the call ended before. */
export function utteranceDifferences({ expected, replayed }: Comparison): Difference[] {
  const wanted = expected.utterances.length;
  const { utterances, durationMs, end } = replayed;
  const said = utterances.length;
  const reason =
    said === wanted
      ? undefined
      : said < wanted
        ? `the caller came to say only ${said} of ${things(wanted)}`
        : `the caller was heard to say ${things(said)} instead of ${wanted}`;
  const at = said < wanted ? (end?.at ?? durationMs) : utterances[wanted]?.from;
  return [
    difference(
      { expect: `the caller says ${things(wanted)}`, measured: said, limit: wanted, ...(reason && { at }) },
      reason,
    ),
  ];
}

/** Never a silent pass: a call without a greeting or reply shows nothing of the agent. */
export function evidenceDifferences({ measured, replayed, tolerances }: Comparison): Difference[] {
  const replies = measured.utterances.filter(({ reply }) => reply !== undefined).length;
  const greetings = measured.greetingMs === undefined ? 0 : 1;
  const isSilent = replies + greetings === 0;
  const facts = { measured: replies + greetings, limit: 1 };
  if (tolerances.silenceExpected) {
    const expect = "nothing has to be measured: silence is expected";
    return [difference({ expect, ...facts, limit: 0 }, undefined, { grade: "whole" })];
  }
  const because =
    replayed.caller.payloads === 0
      ? "the call has no audio of the caller"
      : replayed.agent.payloads === 0
        ? "no audio of the agent came"
        : replayed.utterances.length === 0
          ? "the caller says nothing and the agent does not greet"
          : "the agent neither greeted nor replied";
  const reason = `no latency could be measured: ${because}`;
  return [
    difference(
      { expect: "at least one reply or greeting is measured", ...facts },
      isSilent ? reason : undefined,
      {
        grade: "whole",
      },
    ),
  ];
}

function things(count: number): string {
  return count === 1 ? "1 thing" : `${count} things`;
}
