/** The line that says how far a load has come, on manual time. */
import { expect, it } from "vitest";
import { ProgressLine } from "../../../src/cli/ui/progress.js";
import { FakeIo, FakeScreen } from "../fake-io.js";

const many = { calls: 500, quiet: false };
const state = { calls: 500, running: 200, ok: 40, failed: 2, firstAudioP95Ms: () => 812.4 };

function terminal(): FakeIo & { readonly stderr: FakeScreen } {
  return Object.assign(new FakeIo(), { stderr: new FakeScreen(true) });
}

it("is rewritten in place on a terminal, after a second, and goes away at the end", () => {
  const io = terminal();
  const line = new ProgressLine(many, io);
  line.show(state);
  io.clock.advance(999);
  expect(io.stderr.text).toBe("");
  io.clock.advance(1);
  const shown = "\r\x1b[2K200 up  42 of 500 done  40 ok  2 failed  first audio p95 812 ms";
  expect(io.stderr.text).toBe(shown);
  line.show({ ...state, running: 7, firstAudioP95Ms: () => undefined });
  io.clock.advance(200);
  expect(io.stderr.text).toBe(`${shown}\r\x1b[2K7 up  42 of 500 done  40 ok  2 failed`);
  line.end();
  expect(io.stderr.text.endsWith("failed\r\x1b[2K")).toBe(true);
  io.clock.advance(10_000);
  line.end();
  expect(io.stderr.text.endsWith("failed\r\x1b[2K")).toBe(true);
});

it("is a plain line every five seconds elsewhere", () => {
  const io = new FakeIo();
  const line = new ProgressLine(many, io);
  line.show(state);
  io.clock.advance(12_000);
  const text = "200 up  42 of 500 done  40 ok  2 failed  first audio p95 812 ms\n";
  expect(io.stderr.text).toBe(text + text);
  line.end();
  expect(io.stderr.text).toBe(text + text);
});

it.each([
  ["one call", { calls: 1, quiet: false }],
  ["--quiet", { ...many, quiet: true }],
  ["--json", { ...many, json: true }],
])("is not there for %s", (_, settings) => {
  const io = terminal();
  const line = new ProgressLine(settings, io);
  line.show(state);
  io.clock.advance(60_000);
  line.end();
  expect(io.stderr.text).toBe("");
  expect(line.running).toBe(200);
});

it("is there for a ramp, makes way for what is said, and fits into the terminal", () => {
  const io = terminal();
  Object.assign(io.stderr, { columns: 20 });
  const line = new ProgressLine({ calls: 1, quiet: false, ramp: true }, io);
  line.show({ ...state, calls: 5 });
  io.clock.advance(1000);
  expect(io.stderr.text).toBe("\r\x1b[2K200 up  42 of 242 d");
  let before = "";
  line.aside({ step: () => void (before = io.stderr.text) }).step("ramp-step", {}, "5 calls");
  expect(before.endsWith(" d\r\x1b[2K")).toBe(true);
});
