import { fakeSmartPbx, ManualClock, placeCall } from "smartpbx-bridge/testing";
import "smartpbx-bridge/testing/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAgent } from "../agent.js";

let agent;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.close());

test("answers in time, as the scenario wants it", async () => {
  const call = await placeCall("scenarios/hello.yaml", { url: agent.url });
  expect(call).toMeetExpectations();
  expect(call).toReplyWithin("800ms");
  expect(call).toHaveHeard({ atLeast: "400ms" });
  expect(call).toSoundRight();
});

test("answers the recorded caller as it did then", async () => {
  const call = await placeCall("calls/hello", { url: agent.url });
  expect(call).toMeetExpectations();
});

// This agent keeps time by what it hears, so a call may go as fast as it answers, with the same numbers each time.
test("falls silent when the caller speaks into its answer", async () => {
  const phone = await fakeSmartPbx({ url: agent.url, clock: new ManualClock() });
  await phone.say({ clip: "hello" });
  await phone.untilAgentSpeaks();
  await phone.pass("200ms");
  await phone.say({ clip: "hours" });
  const call = await phone.hangUp();
  expect(call).toStopWithin("400ms");
  expect(call).toEndBy("caller");
});
