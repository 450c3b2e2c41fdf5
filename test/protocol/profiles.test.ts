import { expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { PROFILES, type ProfileName } from "../../src/protocol/profiles.js";

const call = {
  callId: "c",
  otherLegCallId: "o",
  accountId: "a",
  caller: "+94771234512",
  callee: "+94112000000",
  format: PORTAL_FORMATS.g711_ulaw,
};
const messages = (name: ProfileName) => [
  ...PROFILES[name].opening(call).map((text) => JSON.parse(text)),
  ...PROFILES[name].closing(call, "normal").map((text) => JSON.parse(text)),
];
const start = {
  callId: "c",
  callerIdNumber: "+94771234512",
  calleeIdNumber: "+94112000000",
  accountId: "a",
  mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
};
const hangup = { event: "hangup", hangup: { callId: "c", otherLegCallId: "o", reason: "normal" } };

it("readme knows start and media only", () => {
  expect(messages("readme")).toEqual([{ event: "start", start }]);
  expect(PROFILES.readme.dtmf).toBeUndefined();
});

it("v06 adds otherLegCallId, dtmf and hangup", () => {
  expect(messages("v06")).toEqual([{ event: "start", start: { ...start, otherLegCallId: "o" } }, hangup]);
  expect(JSON.parse(PROFILES.v06.dtmf!(call, "1", 80))).toEqual({
    event: "dtmf",
    dtmf: { callId: "c", otherLegCallId: "o", digit: "1", duration: 80 },
  });
});

it("v07 is v06 after connected", () => {
  expect(messages("v07")).toEqual([{ event: "connected" }, ...messages("v06")]);
  expect(PROFILES.v07.dtmf).toBe(PROFILES.v06.dtmf);
});
