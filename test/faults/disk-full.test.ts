/** A disk that becomes full in mid-call: the call goes on, and its recording ends in good order with all that was written. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { repairRecording } from "../../src/recording/repair.js";
import { freePort } from "../agents/free-port.js";
import { Bridge, CLI, folder, serve } from "../e2e/bridge.js";
import { http, Phone } from "../e2e/phone.js";
import { readSaved, type SavedCall } from "../e2e/sound.js";
import { nothingOf } from "./measured.js";
import { limitedFiles, type SmallDisk, smallDisk } from "./small-disk.js";

/** Every frame carries its number. */
const frame = (k: number) => Buffer.alloc(160, k % 128);

/** What was whole on the disk, and later was not there. */
const lost: string[] = [];
let cases = 0;

/** Calls, and speaks faster than anybody can, so that the disk is soon full. */
async function fillingCall(server: Bridge) {
  const phone = await Phone.call(server.url);
  let sent = 0;
  const speaking = setInterval(() => {
    for (let k = 0; k < 4; k++) phone.media(frame(sent++));
  }, 10);
  return { phone, stop: () => clearInterval(speaking) };
}

/** The lines of a recording that are whole now. */
function linesIn(recordings: string, callId: string): number {
  const name = readdirSync(recordings).find((name) => name.endsWith(callId));
  const file = join(recordings, name ?? "none", "events.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

/** One call on this disk until it is full, and on; what is saved of it. */
async function callUntilFull(disk: SmallDisk, server: Bridge): Promise<SavedCall> {
  const { phone, stop } = await fillingCall(server);
  let lines = 0;
  const looking = setInterval(() => {
    lines = Math.max(lines, linesIn(disk.path, phone.callId));
  }, 10);
  const isAbout = ({ type, message }: Bridge["documents"][number]) =>
    type === "warning" && String(message).includes(phone.callId);
  await server.until(() => server.documents.some(isAbout), "a warning");
  clearInterval(looking);
  const warning = server.documents.find(isAbout);
  expect(warning).toMatchObject({
    code: "recording-failed",
    message: expect.stringMatching(
      `^cannot record to .*: ${disk.error}: .*; what was saved until then is kept$`,
    ),
  });
  stop();
  for (let k = 0; k < 3; k++) await phone.echoed();
  await phone.hangUp();
  expect(await server.first("call-ended", phone.callId)).toMatchObject({ reason: "caller-hung-up" });
  const recorded = await server.first("recorded", phone.callId);
  const saved = await readSaved(String(recorded.folder ?? recorded.path));
  cases++;
  if (saved.events.length < lines) lost.push(`${lines - saved.events.length} lines of ${phone.callId}`);
  return saved;
}

/** The recording ends early, says why, holds what was said, and can be completed once there is room. */
async function endsInGoodOrder(saved: SavedCall, error: string): Promise<void> {
  expect(saved.call).toMatchObject({
    state: "closed",
    detail: expect.stringMatching(`^cut short: ${error}: `),
    counts: {
      events: saved.events.length,
      callerPayloads: saved.caller.length,
      agentPayloads: saved.agent.length,
    },
  });
  expect(Object.keys(saved.call.files ?? {}).sort()).toEqual(["agent.bin", "caller.bin", "events.jsonl"]);
  expect(saved.caller.length).toBeGreaterThan(20);
  expect(saved.caller.every(({ hex }, k) => hex === frame(k).toString("hex"))).toBe(true);
  const inspected = spawnSync(process.execPath, [CLI, "inspect", saved.folder, "--json"], {
    encoding: "utf8",
  });
  expect(inspected.status, inspected.stderr).toBe(0);
  expect(JSON.parse(inspected.stdout)).toMatchObject({ type: "inspection" });
  expect(await repairRecording(saved.folder)).toEqual({ outcome: "repaired", done: ["made call.wav"] });
  expect(await repairRecording(saved.folder)).toEqual({ outcome: "healthy", done: [] });
}

afterAll(() => nothingOf("data-lost", lost, cases));

describe.concurrent("a recording", { timeout: 60_000 }, () => {
  it("ends where the disk becomes full, while its call and the others go on", async () => {
    const disk = smallDisk(192);
    const server = await serve(["--agent-option", "mode=instant", "--record", disk.path], {
      through: disk.through,
    });
    const saved = await Promise.all([callUntilFull(disk, server), callUntilFull(disk, server)]);
    disk.fill();
    if (disk.error === "ENOSPC") {
      const phone = await Phone.call(server.url);
      await phone.echoed();
      await phone.hangUp();
      await server.first("call-ended", phone.callId);
      const failed = () => server.all("warning").filter(({ code }) => code === "recording-failed");
      await server.until(() => failed().length === 3, "a third warning");
      expect(readdirSync(disk.path).filter((name) => name !== "ballast")).toHaveLength(2);
    }
    disk.free();
    for (const call of saved) await endsInGoodOrder(call, disk.error);
    expect(await server.stop()).toBe(0);
  });

  it("ends where its file may not grow any more", async () => {
    const disk = limitedFiles(24);
    const server = await serve(["--agent-option", "mode=instant", "--record", disk.path], {
      through: disk.through,
    });
    await endsInGoodOrder(await callUntilFull(disk, server), disk.error);
    expect(await server.stop()).toBe(0);
  });
});

it("a log that finds no room costs lines and no call, and is not passed over at the end", async () => {
  const port = await freePort();
  const log = join(folder(), "log");
  const server = new Bridge(["serve", "--json", "--port", String(port), "--agent-option", "mode=instant"], {
    through: ["/bin/sh", "-c", `trap '' XFSZ; ulimit -f 0; exec "$@" > ${log}`, "limited"],
  });
  const url = `ws://127.0.0.1:${port}/media-stream`;
  const status = () =>
    http(url, "/health").then(
      (answer) => answer.status,
      () => 0,
    );
  await expect.poll(status, { timeout: 20_000 }).toBe(200);
  for (let k = 0; k < 2; k++) {
    const phone = await Phone.call(url);
    await phone.echoed();
    await phone.hangUp();
  }
  expect(await server.stop()).toBe(3);
  expect(server.stderr).toMatch(/cannot write all of the output: EFBIG/);
  expect(readFileSync(log, "utf8")).toBe("");
});
