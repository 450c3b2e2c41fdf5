/** Each quirk by itself: what of which message it changes, that the rest stays, and that our own parser takes it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { parsePbxMessage } from "../../src/protocol/parse.js";
import { PROFILES, type ProfileName } from "../../src/protocol/profiles.js";
import {
  EVERY_QUIRK,
  QUIRK_NAMES,
  QUIRKS,
  type QuirkName,
  UNKNOWN_EVENT,
  UNKNOWN_FIELDS,
  withQuirks,
} from "../../src/protocol/quirks.js";

const call = {
  callId: "c",
  otherLegCallId: "o",
  accountId: "a",
  caller: "+94771234512",
  callee: "+94112000000",
  format: PORTAL_FORMATS.g711_ulaw,
};

const START = {
  event: "start",
  start: {
    callId: "c",
    otherLegCallId: "o",
    callerIdNumber: "+94771234512",
    calleeIdNumber: "+94112000000",
    accountId: "a",
    mediaFormat: { encoding: "g711_ulaw", sampleRate: 8000 },
  },
};
const DTMF = { event: "dtmf", dtmf: { callId: "c", otherLegCallId: "o", digit: "5" } };
const HANGUP = { event: "hangup", hangup: { callId: "c", otherLegCallId: "o", reason: "normal" } };

/** What a PBX with these quirks sends around the media. */
function sent(names: readonly QuirkName[], profile: ProfileName = "v06") {
  const { opening, dtmf, closing } = withQuirks(PROFILES[profile], names);
  return [...opening(call), ...(dtmf ? [dtmf(call, "5")] : []), ...closing(call, "normal")].map((text) =>
    JSON.parse(text),
  );
}

const { otherLegCallId: _, ...startWithoutLeg } = START.start;
const CHANGED: Partial<Record<QuirkName, object[]>> = {
  "string-sample-rate": [
    { ...START, start: { ...START.start, mediaFormat: { encoding: "g711_ulaw", sampleRate: "8000" } } },
    DTMF,
    HANGUP,
  ],
  "leading-connected": [{ event: "connected" }, START, DTMF, HANGUP],
  "connected-protocol": [
    { event: "connected", connected: { protocol: "media-stream" } },
    START,
    DTMF,
    HANGUP,
  ],
  "no-other-leg": [
    { event: "start", start: startWithoutLeg },
    { event: "dtmf", dtmf: { callId: "c", digit: "5" } },
    { event: "hangup", hangup: { callId: "c", reason: "normal" } },
  ],
  "opaque-numbers": [
    {
      ...START,
      start: { ...START.start, callerIdNumber: "anonymous", calleeIdNumber: "1001@pbx.example" },
    },
    DTMF,
    HANGUP,
  ],
  "extra-fields": [
    { ...START, start: { ...START.start, ...UNKNOWN_FIELDS }, ...UNKNOWN_FIELDS },
    { ...DTMF, dtmf: { ...DTMF.dtmf, ...UNKNOWN_FIELDS }, ...UNKNOWN_FIELDS },
    { ...HANGUP, hangup: { ...HANGUP.hangup, ...UNKNOWN_FIELDS }, ...UNKNOWN_FIELDS },
  ],
  "unknown-events": [START, DTMF, UNKNOWN_EVENT, HANGUP],
  "dtmf-other-id": [
    START,
    { event: "dtmf", dtmf: { callId: "other-c", otherLegCallId: "c", digit: "5" } },
    HANGUP,
  ],
  "dtmf-duration": [START, { event: "dtmf", dtmf: { ...DTMF.dtmf, duration: 160 } }, HANGUP],
  "dtmf-top-level": [
    START,
    { event: "dtmf", digit: "5", dtmf: { callId: "c", otherLegCallId: "o" } },
    HANGUP,
  ],
  "hangup-without-reason": [START, DTMF, { event: "hangup", hangup: { callId: "c", otherLegCallId: "o" } }],
  "stop-for-hangup": [START, DTMF, { event: "stop", stop: HANGUP.hangup }],
  "close-without-hangup": [START, DTMF],
};

it("changes nothing without a quirk, or with one that is about media only", () => {
  expect(withQuirks(PROFILES.v06, [])).toBe(PROFILES.v06);
  expect(sent([])).toEqual([START, DTMF, HANGUP]);
  expect(withQuirks(PROFILES.v06, ["odd-frames", "silence-suppression", "clipped-start"])).toBe(PROFILES.v06);
});

it("has the messages of every other quirk below", () => {
  const aboutMessages = QUIRK_NAMES.filter((name) => QUIRKS[name].rewrite);
  expect(Object.keys(CHANGED).sort()).toEqual(aboutMessages.sort());
});

describe.each(Object.entries(CHANGED) as [QuirkName, object[]][])("%s", (name, expected) => {
  it("changes this and nothing else", () => expect(sent([name])).toEqual(expected));

  it("is understood by our own parser", () => {
    for (const message of sent([name]))
      expect(parsePbxMessage(JSON.stringify(message)).type).not.toBe("fault");
    const digits = sent([name]).map((message) => parsePbxMessage(JSON.stringify(message)));
    expect(digits).toContainEqual(expect.objectContaining({ type: "start" }));
    expect(digits).toContainEqual(expect.objectContaining({ type: "dtmf", digit: "5" }));
  });
});

it("keeps a profile's connected and its lack of keys", () => {
  expect(sent(["leading-connected"], "v07").map(({ event }) => event)).toEqual([
    ...["connected", "start", "dtmf", "hangup"],
  ]);
  expect(sent(["connected-protocol"], "v07")[0]).toEqual({
    event: "connected",
    connected: { protocol: "media-stream" },
  });
  expect(withQuirks(PROFILES.readme, ["dtmf-other-id"]).dtmf).toBeUndefined();
  expect(sent(["stop-for-hangup"], "readme").map(({ event }) => event)).toEqual(["start"]);
});

it("has all of them at once, in any order they are named, with start as the opening's last message", () => {
  const all = sent(EVERY_QUIRK);
  expect(all).toEqual(sent([...EVERY_QUIRK].reverse()));
  expect(all.map(({ event }) => event)).toEqual(["connected", "start", "dtmf", "call-progress", "stop"]);
  expect(all[2]).toMatchObject({ digit: "5", duration: 160, dtmf: { callId: "other-c", ...UNKNOWN_FIELDS } });
  expect(all[4].stop).toEqual({ callId: "c", ...UNKNOWN_FIELDS });
  for (const message of all) expect(parsePbxMessage(JSON.stringify(message)).type).not.toBe("fault");
});

it("has each in the documentation, as sure as it is", () => {
  const page = readFileSync(new URL("../../docs/network.md", import.meta.url), "utf8");
  for (const name of QUIRK_NAMES)
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| .+ \\| ${QUIRKS[name].certainty} \\|$`, "m"));
});

it("says of each what it is, in a line of the help", () => {
  for (const name of QUIRK_NAMES) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(QUIRKS[name].summary.length).toBeLessThanOrEqual(54);
  }
});
