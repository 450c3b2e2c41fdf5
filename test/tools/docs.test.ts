/** docs/tools.md shows tools that work as they stand. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readTools } from "../../src/config/tools.js";
import { createToolRunner } from "../../src/tools/runner.js";
import { run } from "./runner.js";

const PAGE = readFileSync(new URL("../../docs/tools.md", import.meta.url), "utf8");
const examples = [...PAGE.matchAll(/```js\n(.+?)```/gs)].map(([, code]) => code as string);

const load = async (code: string) => {
  const module = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
  return readTools(module.default.tools, { CRM_KEY: "k" });
};

it.each(examples)("has an example that is read without fault: %s", async (code) => {
  await expect(load(code)).resolves.toBeDefined();
});

it("has a function that answers", async () => {
  const runner = await createToolRunner(await load(examples.at(-1)!), { env: {} });
  expect(await run(runner, "opening_hours", { day: "Sunday" })).toEqual({
    failed: false,
    output: '{"result":"closed"}',
  });
  expect((await run(runner, "opening_hours", { day: "Monday" })).failed).toBe(true);
});
