/** Another endpoint as the agent: what reaches it is what a PBX sends, and what comes back is untouched. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { type FakeServer, fakeSmartpbxEndpoint, type SmartpbxEndpointConnection } from "../../src/testing.js";
import { callInfo, connect, pattern, payload, rawStart } from "./call.js";

let server: FakeServer<SmartpbxEndpointConnection>;
beforeEach(async () => {
  server = await fakeSmartpbxEndpoint();
});
afterEach(() => server.close());

const dial = async (call = callInfo()) => {
  const connected = await connect(`smartpbx:${server.url}/media-stream`, { call });
  const far = await server.next();
  await far.until(() => far.call !== undefined);
  return { ...connected, far };
};

it.each(Object.values(PORTAL_FORMATS))("passes a %j call through in its own format", async (format) => {
  const call = callInfo({ format });
  const { leg, reports, far } = await dial(call);
  expect(leg).toMatchObject({ hears: format, speaks: format, passthrough: true });
  // Valid base64 whose bytes would be spelled differently: proof that the text itself goes through.
  leg.send(Payload.fromBase64("AB=="));
  leg.send(payload(pattern(7)));
  await far.until(() => far.payloads.length === 2);
  expect(far.payloads).toEqual(["AB==", pattern(7).toString("base64")]);
  expect(far.rawStart).toEqual(rawStart(call));
  far.sendText('{"event":"media","callId":"call-1","accountId":"account-1","media":{"payload":"AB=="}}');
  await reports.until(({ events }) => events.length === 1);
  expect(reports.of("audio")[0].payload.base64).toBe("AB==");
});

it("passes on the keys, and the hangup as it came", async () => {
  const { leg, far } = await dial();
  leg.dtmf?.("#", 80);
  const hangup = { event: "hangup", hangup: { callId: "call-1", otherLegCallId: "leg-2", more: true } };
  leg.hangup?.(hangup);
  leg.close(1000, "the caller hung up");
  expect(await far.ended).toEqual({ code: 1000, reason: "the caller hung up" });
  expect(far.digits).toEqual(["#"]);
  expect(far.rawHangup).toEqual(hangup);
  expect(far.faults).toEqual([]);
});

it("says once that a real PBX would play silence when the ids are missing or wrong", async () => {
  const { reports, far } = await dial();
  far.sendText('{"event":"media","media":{"payload":"AAAA"}}');
  far.speak(pattern(3), { callId: "another", accountId: "account-1" });
  far.speak(pattern(3));
  await reports.until((all) => all.of("audio").length === 3);
  expect(reports.warnings).toEqual(["missing-ids"]);
});

it("says once what a real PBX ignores", async () => {
  const { reports, far } = await dial();
  for (const text of [
    "",
    "nonsense",
    '{"event":"clear"}',
    '{"event":"media"}',
    '{"event":"media","media":{"payload":"%"}}',
  ])
    far.sendText(text);
  far.sendBytes(pattern(160));
  far.speak(pattern(3));
  await reports.until((all) => all.of("audio").length === 1);
  expect(reports.warnings).toEqual(["endpoint-message"]);
});
