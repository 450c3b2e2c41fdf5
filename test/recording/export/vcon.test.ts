import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { analyseRecording } from "../../../src/recording/analyse.js";
import { vconUuid } from "../../../src/recording/export/uuid.js";
import { exportVcon } from "../../../src/recording/export/vcon.js";
import { openRecording } from "../../../src/recording/reader.js";
import { record, startRecorder, temporaryFolder } from "../calls.js";
import { eventfulCall } from "./call.js";

const index = z.number().int().min(0);
const date = z.iso.datetime({ offset: true });
const text = z.string().optional();
const content = {
  mediatype: text,
  filename: text,
  encoding: z.enum(["base64url", "json", "none"]).optional(),
};
const party = z.strictObject({
  tel: text,
  name: text,
  validation: text,
  type: z.enum(["person", "bot", "organization"]).optional(),
});
const recorded = z.strictObject({
  type: z.literal("recording"),
  start: date,
  duration: z.number().min(0).optional(),
  // A party for each of the two channels.
  parties: z.tuple([index, index]),
  party_history: z.array(
    z.strictObject({
      party: index,
      time: date,
      event: z.enum(["join", "drop", "hold", "unhold", "mute", "unmute", "keydown", "keyup"]),
      button: text,
    }),
  ),
  application: text,
  ...content,
  body: z.base64url().optional(),
});
const transfer = z.strictObject({
  type: z.literal("transfer"),
  start: date,
  transferee: index,
  transferor: index,
  transfer_target: index,
  original: index,
});
/** The unsigned form of draft-ietf-vcon-vcon-core-04, as far as we use it: its JSON schema in other words, and nothing besides. */
const VCON = z.strictObject({
  vcon: z.literal("0.4.0"),
  uuid: z.uuid({ version: "v8" }),
  created_at: date,
  subject: text,
  parties: z.array(party),
  dialog: z.tuple([recorded], transfer),
  analysis: z.array(
    z.strictObject({
      type: z.enum(["report", "sentiment", "summary", "transcript", "translation", "tts"]),
      dialog: index,
      vendor: z.string(),
      product: text,
      schema: text,
      ...content,
      body: z.unknown(),
    }),
  ),
  attachments: z.array(
    z.strictObject({
      purpose: text,
      start: date,
      party: index,
      dialog: index,
      ...content,
      body: z.unknown(),
    }),
  ),
});

async function vconOf(folder: string) {
  const recording = await openRecording(folder);
  const path = join(await temporaryFolder(), "call.vcon.json");
  const now = new Date("2026-11-22T13:00:00Z");
  const creator = { name: "smartpbx-bridge", version: "1.2.3" };
  await exportVcon(recording, path, { analysis: await analyseRecording(recording), creator, now });
  await recording.close();
  expect(await readdir(dirname(path))).toEqual(["call.vcon.json"]);
  return VCON.parse(JSON.parse(await readFile(path, "utf8")));
}

it("is a vCon with the parties, the sound, keys, transfers, transcripts and the report", async () => {
  const folder = await record(await temporaryFolder(), eventfulCall(), { showPersonal: true });
  const vcon = await vconOf(folder);
  expect(vcon.parties).toEqual([
    { tel: "+94771234512" },
    { tel: "+94112000000", name: "echo", type: "bot", validation: "none" },
    { tel: "+94112345678" },
  ]);
  const [call, moved] = vcon.dialog;
  const wav = Buffer.from(call.body!, "base64url");
  expect(wav).toEqual(await readFile(join(folder, "call.wav")));
  expect(call).toMatchObject({ start: "2026-11-22T12:59:00.123Z", duration: 6, encoding: "base64url" });
  expect(call.party_history.map(({ party, event, button }) => `${party} ${event} ${button ?? ""}`)).toEqual([
    "0 join ",
    "1 join ",
    "0 keydown 7",
    "0 keyup 7",
    "0 drop ",
  ]);
  expect(moved).toMatchObject({ transfer_target: 2, start: "2026-11-22T12:59:02.163Z" });
  const [transcript, report] = vcon.analysis;
  expect(transcript.body).toMatchObject([
    { party: 0, text: "My number is +94 77 123 4512" },
    { party: 1, text: "One moment \ud83d please" },
  ]);
  expect(report).toMatchObject({ type: "report", body: { durationMs: 6000 } });
  expect(vcon.attachments.map(({ purpose }) => purpose)).toEqual([
    "SmartPBX start message",
    "tools the agent used",
  ]);
});

it("keeps masked what is masked, and goes without sound where there is none", async () => {
  const folder = await record(await temporaryFolder(), eventfulCall(), { noAudio: true });
  const vcon = await vconOf(folder);
  expect(JSON.stringify(vcon)).not.toMatch(/771234512|0771|77 123|112345678|One moment/);
  expect(vcon.parties[0]).toEqual({ tel: "+94 77 *** **12" });
  expect(vcon.dialog[0].body).toBeUndefined();
});

it("has the sound of a call that was cut off", async () => {
  const { recorder, play } = startRecorder(await temporaryFolder());
  play(eventfulCall().slice(0, -1));
  await recorder.close();
  const vcon = await vconOf(recorder.folder()!);
  expect(Buffer.from(vcon.dialog[0].body!, "base64url").length).toBeGreaterThan(5 * 8000 * 4);
  expect(await readdir(recorder.folder()!)).not.toContain("call.wav");
  await rm(recorder.folder()!, { recursive: true });
});

it("has a UUID that tells when and by whom it was made", () => {
  const [a, b] = [vconUuid(1_700_000_000_000, "a.example"), vconUuid(1_700_000_000_000, "b.example")];
  expect(a.replace(/-/g, "").slice(0, 12)).toBe((1_700_000_000_000).toString(16).padStart(12, "0"));
  expect(a[14]).toBe("8");
  expect("89ab").toContain(a[19]);
  expect(a.slice(20)).not.toBe(b.slice(20));
  expect(a.slice(20)).toBe(vconUuid(1, "a.example").slice(20));
});
