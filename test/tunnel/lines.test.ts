import fc from "fast-check";
import { expect, it } from "vitest";
import { Lines } from "../../src/tunnel/lines.js";

function linesOf(chunks: readonly Uint8Array[]): string[] {
  const taken: string[] = [];
  const lines = new Lines((line) => taken.push(line));
  for (const chunk of chunks) lines.add(chunk);
  lines.end();
  return taken;
}

it("gives lines without colours, titles and empty ones, and the last without its end", () => {
  const text =
    "\u001b[32mINF\u001b[0m é ok\r\n\n\u001b]0;title\u0007two\u001b]8;;https://x\u001b\\ links \rthree";
  expect(linesOf([Buffer.from(text)])).toEqual(["INF é ok", "two links", "three"]);
});

it("gives the same lines however the bytes are cut", () => {
  const pieces = fc.constantFrom(
    "a",
    "é",
    "日本",
    "\n",
    "\r\n",
    "\r",
    " ",
    "https://x.y",
    "\u001b[31m",
    "\u001b[0m",
    "🙂",
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 60 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (words, cuts) => {
        const bytes = Buffer.from(words.join(""));
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = cuts.next().value as number;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(linesOf(chunks)).toEqual(linesOf([bytes]));
      },
    ),
  );
});

it("keeps no endless line", () => {
  const chunks = Array.from({ length: 100 }, () => Buffer.alloc(10_000, "x"));
  const [line] = linesOf([...chunks, Buffer.from("\n")]);
  expect(line!.length).toBeLessThanOrEqual(100_000);
});
