/** What is said about an endpoint's faults. */
import { beforeEach, expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { Payload } from "../../src/audio/payload.js";
import { Complaints } from "../../src/simulate/complaints.js";

const info = { callId: "a", accountId: "b", caller: "", callee: "", format: PORTAL_FORMATS.pcm16 };
const media = (ids: { callId?: string; accountId?: string }, bytes = 960) => ({
  type: "media" as const,
  payload: Payload.fromBytes(new Uint8Array(bytes)),
  ...ids,
});

let said: string[];
let complaints: Complaints;
beforeEach(() => {
  said = [];
  complaints = new Complaints(info, (code, message) => said.push(`${code}: ${message}`));
});

test("good media is accepted without a word", () => {
  expect(complaints.accepts(media({ callId: "a", accountId: "b" }))).toBe(true);
  expect(said).toEqual([]);
  expect(complaints.refusedMedia).toBe(false);
});

test("missing ids are named, said once, counted always", () => {
  for (let i = 0; i < 3; i++) expect(complaints.accepts(media({}))).toBe(false);
  expect(complaints.accepts(media({ callId: "a" }))).toBe(false);
  expect(said).toEqual([
    "missing-ids: Media without callId and accountId: a real PBX plays silence instead.",
  ]);
  expect(complaints.counts).toEqual({ "missing-ids": 4 });
  expect(complaints.refusedMedia).toBe(true);
});

test("another call's ids are refused, and never shown", () => {
  expect(complaints.accepts(media({ callId: "secret", accountId: "b" }))).toBe(false);
  expect(said).toEqual(["wrong-ids: Media with another call's callId: a real PBX plays silence instead."]);
});

test("odd PCM is accepted with a warning; odd μ-law is nothing special", () => {
  expect(complaints.accepts(media({ callId: "a", accountId: "b" }, 961))).toBe(true);
  expect(said.length).toBe(1);
  const ulaw = new Complaints({ ...info, format: PORTAL_FORMATS.g711_ulaw }, (code) => said.push(code));
  expect(ulaw.accepts(media({ callId: "a", accountId: "b" }, 161))).toBe(true);
  expect(said.length).toBe(1);
});

test("every other fault has its reason too", () => {
  complaints.unusable({ type: "unknown", event: "clear" });
  complaints.unusable({ type: "fault", code: "malformed-json", detail: "not JSON" });
  complaints.binary();
  complaints.flood();
  complaints.congested();
  complaints.noDtmf();
  expect(said.map((line) => line.split(":")[0])).toEqual([
    ...["not-media", "malformed-json", "binary-frame", "flood", "congested", "no-dtmf"],
  ]);
  expect(said[0]).toContain('"clear"');
  expect(said[1]).toContain("not JSON");
});
