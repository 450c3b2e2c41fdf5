/** The live view as a person has it: a real process on a real terminal, and its keys. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { serve } from "./bridge.js";
import { Phone } from "./phone.js";
import { Terminal } from "./terminal.js";

const SERVE = ["serve", "--agent", "echo", "--port", "0"];

it("shows calls as they run, records, places and hangs them up, and leaves the terminal as it was", async () => {
  const terminal = new Terminal(SERVE);
  await terminal.sees("waiting for calls");
  await terminal.sees("r record  c call  o phone  d details  ? keys  q stop");
  const url = /ws:\S+/.exec(terminal.screen.text)?.[0] as string;
  const silent = await Phone.call(url);
  await terminal.sees("1 call up");
  terminal.type("r");
  await terminal.sees("r stop recording");
  terminal.type("c");
  await terminal.sees("2 calls up  recording to recordings");
  // The level of the sample voice, and who speaks.
  await terminal.sees(/▮▮.* caller speaks/);
  terminal.type("x");
  await terminal.sees("Which call? 1-2, Esc for none");
  terminal.type("\x1b");
  await terminal.sees(/^(?![\s\S]*Which call)/);
  terminal.type("x1");
  expect((await silent.closed).code).toBe(1000);
  await terminal.sees("1 call up  1 ended");
  terminal.type("x");
  await terminal.sees("waiting for calls  2 ended");
  await terminal.sees(/ recorded {2}recordings\//);
  terminal.type("c");
  await terminal.sees("1 call up  2 ended");
  terminal.type("\x03");
  expect(await terminal.exit).toBe(0);
  expect(terminal.screen.text).toMatch(/\n3 calls {2}\d turns? {2}0 barge-ins {2}0 failed\nfirst audio {2}/);
  expect(terminal.screen.text).not.toContain("q stop");
  expect(terminal.screen.isCursorHidden).toBe(false);
  expect(terminal.kept("after")).toBe(terminal.kept("before"));
  expect(readdirSync(join(terminal.cwd, "recordings"))).toHaveLength(2);
  expect(terminal.screen.text).not.toContain("+12025550101");
});

it("gives the terminal back when it is told to end in mid-call, and when it cannot begin", async () => {
  const other = await serve();
  const taken = new Terminal(["serve", "--agent", "echo", "--port", new URL(other.url).port]);
  const terminal = new Terminal(SERVE, { columns: 20, rows: 10 });
  await terminal.sees("? keys  q stop");
  terminal.type("c");
  await terminal.sees(/\n. [0-9a-f]{4}…[0-9a-f]{4} {3}0:0\d\n/);
  // Asked to finish, the test call is hung up at once.
  terminal.type("q");
  expect([await terminal.exit, await taken.exit]).toEqual([0, 3]);
  for (const { screen, kept } of [terminal, taken].map((one) => ({ screen: one.screen, kept: one }))) {
    expect(screen.isCursorHidden).toBe(false);
    expect(kept.kept("after")).toBe(kept.kept("before"));
  }
  await other.stop();
});

it("has the same for the calls that simulate places", async () => {
  const call = new Terminal(["simulate", "--agent", "echo", "--silence", "--hang-up-after", "60s"]);
  await call.sees("1 call up");
  call.type("x");
  expect([0, 1]).toContain(await call.exit);
  expect(call.kept("after")).toBe(call.kept("before"));
  expect(call.screen.text).toContain("ended  agent hung up");
});
