/** `inspect` as its users run it: the screen, data, exports, and recordings that are not as they should be. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { recordExample } from "../report/example-call.js";
import { Bridge, folder } from "./bridge.js";

const example = (options = {}) => recordExample(folder(), {}, { showPersonal: true, ...options });

async function inspect(...args: string[]): Promise<Bridge & { code: number }> {
  const bridge = new Bridge(["inspect", ...args]);
  const code = await bridge.exit;
  return Object.assign(bridge, { code });
}

it("shows a call on one screen, and finds what is wrong without judging", async () => {
  const { code, stdout, stderr } = await inspect(await example());
  expect(code).toBe(0);
  expect(stdout).toContain("Call call-1  g711_ulaw/8000  11.0 s  caller hung up");
  expect(stdout).toContain("replies began later than 2 s");
  expect(stdout).not.toContain("1234512");
  expect(stderr).toBe("");
});

it("is one document with --json, masked unless asked", async () => {
  const recording = await example();
  const [masked, shown] = await Promise.all([
    inspect(recording, "--json"),
    inspect(recording, "--json", "--show-personal"),
  ]);
  expect(masked.documents).toHaveLength(1);
  expect(masked.documents[0]).toMatchObject({
    version: 1,
    type: "inspection",
    call: { callId: "call-1", caller: "+94 77 *** **12", state: "closed" },
    analysis: { transcripts: [{ text: "[20 characters]" }, {}], bargeIns: [{ droppedMs: 960 }] },
  });
  expect(masked.output).not.toMatch(/hours|1234512/);
  expect(shown.documents[0]).toMatchObject({ call: { caller: "+94771234512" } });
});

it("writes every form that is asked for, and says where", async () => {
  const place = folder();
  const at = (name: string) => join(place, name);
  const asked = ["--html", at("c.html"), "--har", at("c.har"), "--vcon", at("c.vcon.json"), "--sides", place];
  const { code, stderr, output } = await inspect(await example(), ...asked);
  expect(code, output).toBe(0);
  expect(readdirSync(place).sort()).toEqual(["agent.wav", "c.har", "c.html", "c.vcon.json", "caller.wav"]);
  for (const name of ["c.html", "c.har", "c.vcon.json", "caller.wav"]) expect(stderr).toContain(at(name));
  expect(statSync(at("c.html")).mode & 0o777).toBe(0o600);
});

it("shows a recording that was cut off, and how to complete it", async () => {
  const recording = await example();
  const callFile = join(recording, "call.json");
  const { endedAt: _, summary: __, files: ___, ...open } = JSON.parse(readFileSync(callFile, "utf8"));
  writeFileSync(callFile, JSON.stringify({ ...open, state: "open" }));
  rmSync(join(recording, "call.wav"));
  const cut = await inspect(recording);
  expect(cut.code, cut.output).toBe(0);
  expect(cut.stderr).toContain(`smartpbx-bridge inspect ${recording} --repair`);
  const repaired = await inspect(recording, "--repair");
  expect(repaired.code, repaired.output).toBe(0);
  expect(repaired.stderr).toMatch(/^Repaired: /);
  expect((await inspect(recording, "--repair")).stderr).toBe("Nothing to repair.\n");
});

it("says in one sentence what is no recording, and where it cannot write", async () => {
  const recording = await example();
  const [nothing, none, notThere] = await Promise.all([
    inspect(),
    inspect(folder()),
    inspect(recording, "--html", join(folder(), "no", "such.html")),
  ]);
  expect(nothing.code).toBe(2);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("is not a recording");
  expect(notThere.code).toBe(3);
  expect(notThere.stderr).toContain("there is no such folder");
});

it("opens nothing where nobody looks, and says what to open", async () => {
  const bridge = new Bridge(["inspect", await example(), "--open", "--quiet"], { env: { CI: "true" } });
  expect(await bridge.exit, bridge.output).toBe(0);
  const url = /file:\/\/\S+call\.html/.exec(bridge.stderr)?.[0] ?? "";
  expect(readFileSync(new URL(url), "utf8")).toContain("<!doctype html>");
  rmSync(new URL(".", url), { recursive: true });
});
