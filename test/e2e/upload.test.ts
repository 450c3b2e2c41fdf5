/** `serve --upload` in real processes: beside a call, after a kill, and with a store that stands still. */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { factsOfFiles, writeCallFile } from "../../src/recording/call-file.js";
import { BUCKET, KEYS, Store } from "../upload/store.js";
import { folder, serve } from "./bridge.js";
import { Phone } from "./phone.js";

const LARGE_BYTES = 20 * 1024 * 1024;

it("uploads what a call and a killed process have left, and no call waits for it", async () => {
  const store = await Store.open();
  const saved = folder();
  const env = KEYS;
  const upload = ["--upload", `s3://${BUCKET}/line-1`, "--upload-endpoint", store.endpoint];
  const args = ["--agent-option", "mode=instant", "--record", saved, ...upload];

  const first = await serve(args, { env });
  const early = await Phone.call(first.url);
  await early.echoed();
  await early.hangUp();
  const { folder: large } = (await first.first("uploaded")) as unknown as { folder: string };
  expect(await first.stop()).toBe(0);
  await enlarge(large);

  // The large file is on its way, and the store stands still.
  store.stallAfterBytes = LARGE_BYTES / 2;
  const second = await serve(args, { env });
  await expect.poll(() => store.requests.some((line) => /partNumber=2/.test(line)), WAIT).toBe(true);
  const phone = await Phone.call(second.url);
  await phone.echoed();
  await phone.hangUp();
  const ended = await second.first("call-ended", phone.callId);
  expect(ended).toMatchObject({ reason: "caller-hung-up" });
  await second.first("recorded", phone.callId);
  expect(await second.kill()).toBe(137);

  store.stallAfterBytes = Number.POSITIVE_INFINITY;
  const before = store.requests.length;
  const third = await serve(args, { env });
  await third.until(() => third.all("uploaded").length === 2, "two uploaded recordings");
  expect(await third.stop()).toBe(0);
  expect(store.requests.slice(before).filter((line) => /partNumber=1&/.test(line))).toEqual([]);

  const folders = readdirSync(saved);
  expect(folders).toHaveLength(2);
  for (const name of folders)
    for (const file of ["call.json", "events.jsonl", "caller.bin", "agent.bin", "call.wav"]) {
      const there = await store.object(`line-1/${name}/${file}`);
      expect(there?.equals(readFileSync(join(saved, name, file))), `${name}/${file}`).toBe(true);
    }
  expect(third.all("uploaded").map(({ to }) => to)).toContain(`s3://${BUCKET}/line-1/${basename(large)}`);
  const marks = folders.map((name) => readFileSync(join(saved, name, "upload.json"), "utf8"));
  const said = [first, second, third].map(({ output }) => output).join() + marks.join();
  expect(said).not.toContain(KEYS.AWS_SECRET_ACCESS_KEY);
});

const WAIT = { timeout: 20_000 };

/** As long as a call of an hour: as if it had not been uploaded yet. */
async function enlarge(recording: string): Promise<void> {
  writeFileSync(join(recording, "caller.bin"), randomBytes(LARGE_BYTES));
  const call = JSON.parse(readFileSync(join(recording, "call.json"), "utf8"));
  await writeCallFile(recording, { ...call, files: await factsOfFiles(recording, call) });
}
