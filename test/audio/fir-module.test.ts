import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import loadWabt from "wabt";

const AUDIO = new URL("../../src/audio/", import.meta.url);
const PAGE = new URL("fir-module.ts", AUDIO);

test("the module is what stands in fir.wat: FIR_MODULE=write npx vitest run test/audio/fir-module", async () => {
  const wabt = await loadWabt();
  const source = wabt.parseWat("fir.wat", readFileSync(new URL("fir.wat", AUDIO), "utf8"), { simd: true });
  const base64 = Buffer.from(source.toBinary({}).buffer).toString("base64");
  const page = `/** \`fir.wat\`, assembled: \`FIR_MODULE=write npx vitest run test/audio/fir-module\` writes this file. */
export const FIR_MODULE =
  "${base64}";
`;
  if (process.env.FIR_MODULE === "write") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});
