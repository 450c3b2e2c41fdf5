import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { decodeUlaw } from "../../../src/audio/g711.js";
import { analyseRecording } from "../../../src/recording/analyse.js";
import { openRecording } from "../../../src/recording/reader.js";
import { writeReport } from "../../../src/report/page/report.js";
import { temporaryFolder } from "../../recording/calls.js";
import { recordExample } from "../example-call.js";

async function report(
  example?: Parameters<typeof recordExample>[1],
  onProgress?: (share: number) => void,
  directory?: string,
) {
  directory ??= await temporaryFolder();
  const folder = await recordExample(directory, example, { showPersonal: true });
  const recording = await openRecording(folder);
  const path = join(directory, "call.html");
  try {
    const analysis = await analyseRecording(recording);
    const options = { showPersonal: false, version: "1.2.3", ...(onProgress && { onProgress }) };
    await writeReport(recording, analysis, path, options);
  } finally {
    await recording.close();
  }
  return { html: await readFile(path, "utf8"), directory, folder };
}

const element = (html: string, id: string) =>
  new RegExp(`<script type="[^"]+" id="${id}">([^<]*)</script>`).exec(html)?.[1] ?? "";
const unpacked = (html: string, id: string) => gunzipSync(Buffer.from(element(html, id), "base64"));

it("names the only script and the only style that may run", async () => {
  const { html } = await report();
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "";
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(
    `script-src ${hash(/<script type="module">([\s\S]*?)<\/script>/.exec(html)![1])};`,
  );
  expect(policy).toContain(`style-src ${hash(/<style>([\s\S]*?)<\/style>/.exec(html)![1])};`);
  expect(html).not.toMatch(/https?:\/\/|\{\{(?:policy|version)|<!-- (?:style|script|data)/);
});

it("carries the sound as it was, each side for itself, and no piece where nothing was said", async () => {
  const { html, folder } = await report();
  const caller = decodeUlaw(unpacked(html, "sound-caller-0"));
  const sent = decodeUlaw(await readFile(join(folder, "caller.bin")));
  // Audio arrives when it has been spoken: the first frame of 20 ms stands where it came.
  expect(caller.subarray(160 + 8 * 500, 160 + 8 * 1500)).toEqual(sent.subarray(8 * 500, 8 * 1500));
  expect(element(html, "sound-agent-0")).not.toBe("");
  expect(element(html, "sound-caller-2")).toBe("");
});

it("carries every line, with what is personal masked", async () => {
  const { html } = await report();
  const page = JSON.parse(element(html, "document"));
  expect(page).toMatchObject({ version: 1, type: "inspection", marks: [{ at: 5500, number: 1 }], notes: [] });
  const bytes = unpacked(html, "events-0");
  const texts = JSON.parse(bytes.subarray(4 + bytes.readUInt32LE()).toString()) as string[];
  expect(texts.slice(0, 2)).toEqual(["start", expect.stringContaining("+94 77 *** **12")]);
  expect(texts).toContain("transcript");
  expect(texts.join()).not.toMatch(/hours|771234512/);
  expect(texts).toEqual(expect.arrayContaining(['{"number":1}', '{"digit":"?"}']));
});

it("lets no text end its element", async () => {
  const { html } = await report({ callId: "</script><script>x()</script><!--", text: "</script>" });
  expect(html.match(/<script/g)?.length).toBe(html.match(/<\/script>/g)?.length);
  expect(JSON.parse(element(html, "document")).call.callId).toContain("</script>");
});

it("leaves nothing behind when it is interrupted", async () => {
  const directory = await temporaryFolder();
  const interrupt = () => {
    throw new Error("enough");
  };
  await expect(report({}, interrupt, directory)).rejects.toThrow("enough");
  expect((await readdir(directory)).filter((name) => !name.endsWith("-call-1"))).toEqual([]);
});

it("says how far it is", async () => {
  const shares: number[] = [];
  const { directory } = await report({}, (share) => shares.push(share));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  expect((await readdir(directory)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
