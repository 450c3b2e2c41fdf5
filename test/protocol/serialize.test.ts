import fc from "fast-check";
import { expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { parsePbxMessage } from "../../src/protocol/parse.js";
import {
  mediaSerializer,
  serializeCallerMedia,
  serializeConnected,
  serializeDtmf,
  serializeHangup,
  serializeStart,
} from "../../src/protocol/serialize.js";

const payload = Payload.fromBytes(Uint8Array.of(255, 254, 253));
const ids = { callId: "c", otherLegCallId: "o" };

it("writes an endpoint's media with both ids", () => {
  expect(mediaSerializer("c", "a")(payload)).toBe(
    '{"event":"media","callId":"c","accountId":"a","media":{"payload":"//79"}}',
  );
});

it("escapes ids, whatever they are", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({ unit: "binary", maxLength: 40 }),
      (callId, accountId) => {
        expect(JSON.parse(mediaSerializer(callId, accountId)(payload))).toEqual({
          event: "media",
          callId,
          accountId,
          media: { payload: "//79" },
        });
      },
    ),
  );
});

it("writes a caller's media", () => {
  expect(serializeCallerMedia(payload)).toBe('{"event":"media","media":{"payload":"//79"}}');
});

it("writes a start that parses to the same call", () => {
  const info = {
    ...ids,
    accountId: "a",
    caller: "+94771234512",
    callee: "+94112000000",
    format: PORTAL_FORMATS.opus,
  };
  expect(serializeStart(info)).toBe(
    '{"event":"start","start":{"callId":"c","otherLegCallId":"o","callerIdNumber":"+94771234512",' +
      '"calleeIdNumber":"+94112000000","accountId":"a","mediaFormat":{"encoding":"opus","sampleRate":48000}}}',
  );
  expect(parsePbxMessage(serializeStart(info))).toMatchObject({ type: "start", info });
});

it("writes dtmf with a documented digit only", () => {
  expect(serializeDtmf(ids, "#", 100)).toBe(
    '{"event":"dtmf","dtmf":{"callId":"c","otherLegCallId":"o","digit":"#","duration":100}}',
  );
  expect(serializeDtmf({ callId: "c" }, "1")).toBe('{"event":"dtmf","dtmf":{"callId":"c","digit":"1"}}');
  for (const digit of ["", "12", "a", "E"]) expect(() => serializeDtmf(ids, digit)).toThrow(TypeError);
});

it("writes hangup without an accountId", () => {
  expect(serializeHangup(ids)).toBe('{"event":"hangup","hangup":{"callId":"c","otherLegCallId":"o"}}');
  expect(serializeHangup(ids, "normal")).toContain('"reason":"normal"');
});

it("writes connected", () => {
  expect(serializeConnected()).toBe('{"event":"connected"}');
  expect(serializeConnected("v07")).toBe('{"event":"connected","connected":{"protocol":"v07"}}');
});
