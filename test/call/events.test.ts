import { expect, test } from "vitest";
import { Payload } from "../../src/audio/payload.js";
import { type CallNote, isSound } from "../../src/call/events.js";

test("what comes with every frame is sound, on both sides and on the agent's own wire", () => {
  const payload = Payload.fromBytes(Buffer.alloc(160, 0xff));
  const notes: CallNote[] = [
    { type: "caller-audio", payload },
    { type: "agent-audio", payload, heardAt: 20 },
    { type: "agent-leg-audio", dir: "in", bytes: 960 },
    { type: "speech-started", who: "caller" },
    { type: "turn", firstAudioMs: 700 },
    { type: "mark", number: 1 },
  ];
  expect(notes.map((note) => isSound({ at: 0, ...note }))).toEqual([true, true, true, false, false, false]);
});
