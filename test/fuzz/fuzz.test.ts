/** A few seconds of fuzzing, and every crash that was ever found. `npm run fuzz -- --inputs 10000000` is the long way. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("no reader fails on what nobody meant to write, nor on what once made one fail", {
  timeout: 90_000,
}, async () => {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  // The same inputs every time: what is new is for the long mode to find.
  const [code, said] = await new Promise<[unknown, string]>((resolve) => {
    execFile(process.execPath, [main, "--seconds", "4", "--seed", "7"], (error, stdout, stderr) =>
      resolve([error?.code ?? 0, `${stderr}${stdout}`]),
    );
  });
  expect(code, said).toBe(0);
  expect(said).toMatch(/ 0 crashes\n$/);
  // Each of them was tried.
  expect(said).not.toMatch(/^[a-z-]+ +0$/m);
});
