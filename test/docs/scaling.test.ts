/** The numbers of docs/scaling.md that can be computed are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Payload } from "../../src/audio/payload.js";
import { mediaSerializer, serializeCallerMedia } from "../../src/protocol/serialize.js";
import { ROOT } from "./pages.js";

const page = readFileSync(join(ROOT, "docs/scaling.md"), "utf8");
const performance = readFileSync(join(ROOT, "docs/performance.md"), "utf8");
const TLS_BYTES = 22;
const TCP_BYTES = 52;

it.each([
  ["g711_ulaw, 8 kHz", 160],
  ["pcm16, 8 kHz", 320],
  ["pcm16, 16 kHz", 640],
  ["pcm16, 24 kHz", 960],
  ["opus, 24 kbit/s", 60],
])("bandwidth of %s", (name, bytes) => {
  const payload = Payload.fromBytes(new Uint8Array(bytes));
  const into = serializeCallerMedia(payload).length;
  const out = mediaSerializer("c".repeat(36), "a".repeat(10))(payload).length;
  const head = (length: number) => (length > 125 ? 4 : 2);
  const inLine = into + head(into) + 4 + TLS_BYTES + TCP_BYTES;
  const outLine = out + head(out) + TLS_BYTES + TCP_BYTES;
  const kbits = Math.round((inLine + outLine) * 0.4);
  expect(page).toContain(
    `| ${name} | ${bytes} B | ${into} / ${out} B | ${inLine} / ${outLine} B | ${kbits} kbit/s |`,
  );
});

it("takes nothing to be better than performance.md says", () => {
  const measured = (pattern: RegExp) => Number(pattern.exec(performance)?.[1]?.replace(",", ""));
  const taken = (pattern: RegExp) => Number(pattern.exec(page)?.[1]);
  for (const [here, there] of [
    [/pcm16 at 24 kHz \| (\d+) µs/, /\| μ-law ⇄ pcm16 24 kHz \| (\d+) µs /],
    [/passed through as it is \| (\d+) µs/, /\| pass-through \| (\d+) µs /],
    [/events\.jsonl (\d+) MB/, /(\d+) MB of events\.jsonl/],
  ] as const)
    expect(measured(there), String(there)).toBeLessThanOrEqual(taken(here));
});
