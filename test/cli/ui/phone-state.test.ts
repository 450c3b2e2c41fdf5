import { expect, it } from "vitest";
import { Payload } from "../../../src/audio/payload.js";
import type { CallNote } from "../../../src/call/events.js";
import { PhoneState } from "../../../src/cli/ui/phone-state.js";

const info = {
  callId: "c",
  otherLegCallId: "d",
  accountId: "a",
  caller: "1",
  callee: "2",
  format: { encoding: "pcm16", sampleRate: 24000 },
} as const;
const payload = Payload.fromBytes(new Uint8Array(2));
const summary = {
  durationMs: 9000,
  turns: 1,
  firstAudioMs: [1],
  framesIn: 0,
  framesOut: 0,
  droppedMs: 0,
  talkOverMs: 0,
  bargeIns: 0,
};

function setUp() {
  const state = new PhoneState(1000);
  const told = (note: CallNote, now: number) => state.event({ ...note, at: now - 2000 } as never, now);
  return { state, told };
}

it("dials, rings until the agent can hear, and is up", () => {
  const { state, told } = setUp();
  expect(state.at(1500)).toMatchObject({ state: "dialling", elapsedMs: 500 });
  told({ type: "call-started", info, agent: "echo", raw: {} }, 2000);
  expect(state.at(2500)).toMatchObject({ state: "ringing", elapsedMs: 500 });
  state.answered();
  expect(state.at(3000)).toMatchObject({ state: "up", elapsedMs: 1000 });
});

it("is up as soon as the agent is heard, and not again after its end", () => {
  const { state, told } = setUp();
  told({ type: "call-started", info, agent: "echo", raw: {} }, 2000);
  told({ type: "agent-audio", payload, heardAt: 0 }, 3000);
  expect(state.at(3000).state).toBe("up");
  told({ type: "call-ended", reason: "agent-ended", detail: "", summary }, 4000);
  state.answered();
  expect(state.at(5000).state).toBe("ended");
});

it("knows who speaks, the latency of the last turn, and who spoke into whose words", () => {
  const { state, told } = setUp();
  told({ type: "speech-started", who: "caller" }, 3000);
  told({ type: "speech-ended", who: "caller", lastVoicedAt: 0 }, 4000);
  told({ type: "speech-started", who: "agent" }, 4400);
  told({ type: "turn", firstAudioMs: 400 }, 4400);
  expect(state.at(5000)).toMatchObject({ isAgentSpeaking: true, firstAudioMs: 400, turns: 1, bargeIns: 0 });
  told({ type: "speech-started", who: "caller" }, 5000);
  expect(state.at(5000)).toMatchObject({ isCallerSpeaking: true, bargeIns: 1 });
});

it("ends with the reason in words and the length of the call", () => {
  const { state, told } = setUp();
  told({ type: "speech-started", who: "agent" }, 3000);
  told({ type: "call-ended", reason: "caller-hung-up", detail: "", summary }, 11_000);
  expect(state.at(20_000)).toMatchObject({
    state: "ended",
    ended: "caller hung up",
    elapsedMs: 9000,
    isAgentSpeaking: false,
  });
});
