import { expect, it } from "vitest";
import { makeReporter } from "../../../src/cli/ui/reporter.js";
import { started } from "../../report/events.js";
import { FakeIo } from "../fake-io.js";

const SETTINGS = { json: false, quiet: false, verbose: false, noColor: false, showPersonal: false };

async function report(settings: Partial<typeof SETTINGS>) {
  const io = new FakeIo();
  (await makeReporter({ ...SETTINGS, ...settings }, io)).call()(started());
  return io.stdout.text;
}

it("writes lines for people", async () => {
  expect(await report({})).toContain("→ abc started  g711_ulaw/8000  +94 77 *** **12");
  expect(await report({ quiet: true })).toBe("");
  expect(await report({ showPersonal: true })).toContain("+94771234512");
});

it("writes JSON lines under --json, also when quiet", async () => {
  expect(JSON.parse(await report({ json: true, quiet: true }))).toMatchObject({
    type: "call-started",
    caller: "+94 77 *** **12",
  });
});
