/** A call with something of everything, for the tests of exports and of what changes recordings. */
import { PORTAL_FORMATS } from "../../../src/audio/format.js";
import type { CallEvent } from "../../../src/call/events.js";
import { agentAudio, callerAudio, ended, started } from "../calls.js";

/** Six seconds: a greeting, words of the caller, keys, a transfer, and a goodbye. */
export function eventfulCall(format = PORTAL_FORMATS.g711_ulaw): CallEvent[] {
  const bytes = format.encoding === "pcm16" ? format.sampleRate / 25 : format.sampleRate / 50;
  const sound = (k: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 37 + k * 11) & 0x7f);
  const events: CallEvent[] = [
    started({ format }),
    { at: 5, type: "agent-ready", passthrough: false },
    { at: 900, type: "dtmf", digit: "7", durationMs: 120 },
    { at: 1500, type: "transcript", who: "caller", text: "My number is +94 77 123 4512", spokenAt: 1000 },
    {
      at: 2000,
      type: "tool-call",
      id: "t1",
      name: "transfer_call",
      args: { number: "+94112345678", reason: "sales" },
    },
    { at: 2040, type: "tool-result", id: "t1", name: "transfer_call", isError: false, tookMs: 40 },
    { at: 2100, type: "fault", code: "no-event", detail: "a message without an event" },
    { at: 2500, type: "transcript", who: "agent", text: "One moment \ud83d please", spokenAt: 2200 },
    { at: 5900, type: "hangup", reason: "call 0771234512 back" },
    ended(6000),
  ];
  for (let k = 0; k < 290; k++) {
    events.push(callerAudio(10 + k * 20, sound(k)));
    if (k % 3 > 0) events.push(agentAudio(12 + k * 20, 72 + k * 20, sound(k + 5)));
  }
  return events.sort((a, b) => a.at - b.at);
}
