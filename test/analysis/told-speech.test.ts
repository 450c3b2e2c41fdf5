import { expect, it } from "vitest";
import { ToldSpeech } from "../../src/analysis/told-speech.js";
import type { CallEvent } from "../../src/call/events.js";

it("is what the events of one side tell, and lasts until the call's end where no end was told", () => {
  const told = new ToldSpeech("caller");
  const events: CallEvent[] = [
    { at: 1060, type: "speech-started", who: "caller" },
    { at: 1500, type: "speech-started", who: "agent" },
    { at: 2300, type: "speech-ended", who: "caller", lastVoicedAt: 2000 },
    { at: 2400, type: "speech-ended", who: "caller", lastVoicedAt: 2100 },
    { at: 3060, type: "speech-started", who: "caller" },
  ];
  for (const event of events) told.observe(event);
  expect(told.sideUntil(4000).spans.map(({ from, to }) => [from, to])).toEqual([
    [1000, 2000],
    [3000, 4000],
  ]);
});
