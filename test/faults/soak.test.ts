/** The soak, for some seconds: `npm run soak` is the same for as long as one likes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SOAK = fileURLToPath(new URL("soak/main.js", import.meta.url));
const SECONDS = 20;

it("calls of all formats come and go, and nothing of them stays", { timeout: 90_000 }, async () => {
  const child = spawn(process.execPath, [SOAK, "--minutes", String(SECONDS / 60), "--concurrency", "8"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  expect(complaints + (code === 0 ? "" : said)).toBe("");
  for (const line of said.matchAll(/^trust: .*/gm)) console.log(line[0]);
  expect(code).toBe(0);
});
