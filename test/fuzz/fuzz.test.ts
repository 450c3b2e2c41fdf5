/** A few seconds of fuzzing, and every crash that was ever found. `npm run fuzz -- --inputs 10000000` is the long way. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("no reader fails on what nobody meant to write, nor on what once made one fail", {
  timeout: 90_000,
}, async () => {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, [main, "--seconds", "4"], (error, stdout, stderr) =>
      resolve(`${stdout}${stderr}exit ${error?.code ?? 0}`),
    );
  });
  expect(said).toMatch(/: 0 crashes\nexit 0$/);
  // Each of them was tried.
  expect(said).not.toMatch(/^[a-z-]+ +0$/m);
});
