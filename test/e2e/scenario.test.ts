/** Scenarios with real processes: verdicts on agents that are as they should be, or have one fault. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Bridge, folder, simulate } from "./bridge.js";

const AGENT = fileURLToPath(new URL("scenario-agent.mjs", import.meta.url));
const VOICE = fileURLToPath(new URL("../../src/simulate/sample-voice.wav", import.meta.url));

const SCENARIO = `name: strict
turns:
  - say: { clip: hello }
    expect: { speaks-within: 2s }
  - barge-in: { after: 800ms, say: { clip: hours } }
    timeout: 3s
    expect: { stops-within: 600ms, speaks-within: 2s }
  - wait: agent
  - silence: 1s
    expect: { silent-for: 1s }
  - hang-up: true
expect:
  talk-over-below: 900ms
  transcript-contains: opening hours
  no-clipping: true
  sounds-right: true
  ended-by: caller
`;

interface Expectation {
  readonly expect: string;
  readonly ok: boolean;
  readonly measured: unknown;
  readonly reason: string;
}

/** Plays the scenario with an agent of this way. */
async function played(way: string, ...args: string[]) {
  const cwd = folder();
  writeFileSync(join(cwd, "strict.yaml"), SCENARIO);
  const bridge = simulate(["strict.yaml", "--agent", AGENT, "--agent-option", `way=${way}`, ...args], {
    cwd,
  });
  const code = await bridge.exit;
  const [document] = bridge.all("scenario");
  if (!document) throw new Error(bridge.output);
  const expectations = document.expectations as Expectation[];
  return { bridge, code, document, expectations, faults: expectations.filter(({ ok }) => !ok) };
}

describe.concurrent("an agent that", { timeout: 60_000 }, () => {
  it.for(["g711_ulaw", "pcm16", "opus"])(
    "is as it should be, in %s: every expectation holds",
    async (format) => {
      const { code, document, faults, bridge, expectations } = await played("good", "--format", format);
      expect(faults).toEqual([]);
      expect(code).toBe(0);
      expect(document).toMatchObject({ name: "strict", ok: true, callId: expect.any(String) });
      expect(expectations.length).toBe(9);
      expect(bridge.all("summary")[0]).toMatchObject({ calls: 1, ok: 1, failed: 0 });
      expect(bridge.documents.at(-1)?.type).toBe("summary");
    },
  );

  it.for([
    ["late", /^speaks within 2 s$/, /the agent spoke after 4/],
    ["mute", /^speaks within 2 s$/, /the agent said nothing in \d/],
    ["stubborn", /^stops within 600 ms$/, /spoke on for/],
    ["clips", /^no clipping$/, /% of what the agent says is cut off/],
    ["ulawAsPcm", /^sounds right$/, /noise/],
    ["pcmAsUlaw", /^sounds right$/, /noise/],
    ["leaves", /^ended by caller$/, /agent ended the call/],
  ] as const)("%s: that is what fails", async ([way, expectation, reason]) => {
    const { code, document, faults, bridge } = await played(way);
    expect(code).toBe(1);
    expect(document.ok).toBe(false);
    const found = faults.find(
      ({ expect: words, reason: why }) => expectation.test(words) && reason.test(why),
    );
    expect(found, JSON.stringify(faults)).toBeDefined();
    // What has nothing to do with the fault holds.
    if (way === "clips") expect(faults.length).toBe(1);
    if (way === "stubborn")
      expect(faults.every(({ expect: words }) => /stops|speaks|talk over/.test(words))).toBe(true);
    expect(bridge.all("summary")[0]).toMatchObject({
      calls: 1,
      ok: 0,
      failures: { "expectation-failed": 1 },
    });
  });
});

describe.concurrent("the command", { timeout: 60_000 }, () => {
  it("places a call for each scenario in turn, so many times, and speaks texts through a program", async () => {
    const cwd = folder();
    copyFileSync(VOICE, join(cwd, "voice.wav"));
    writeFileSync(
      join(cwd, "tts.cjs"),
      'const [, , out] = process.argv; require("fs").copyFileSync("voice.wav", out); require("fs").appendFileSync("log", "spoken\\n");',
    );
    writeFileSync(
      join(cwd, "text.yml"),
      "name: text\ncall: {format: pcm16}\nturns: [{say: Hello there}, {hang-up: true}]\n",
    );
    writeFileSync(
      join(cwd, "wav.yaml"),
      "name: file\ncall: {format: opus}\nturns: [{say: {wav: voice.wav}}, {drop: true}]\n",
    );
    const tts = `${process.execPath} tts.cjs {out} {text}`;
    const args = [
      "text.yml",
      "wav.yaml",
      "hang-up-mid-speech",
      "--calls",
      "2",
      "--concurrency",
      "6",
      "--tts",
      tts,
    ];
    const bridge = simulate(args, { cwd, env: { XDG_CACHE_HOME: join(cwd, "cache") } });
    const code = await bridge.exit;
    const faults = bridge.documents.filter(({ type, ok }) => type === "scenario" && ok === false);
    expect({ code, faults }, bridge.stderr).toEqual({ code: 0, faults: [] });
    const names = bridge.all("scenario").map(({ name }) => name);
    expect(names.sort()).toEqual([
      "file",
      "file",
      "hang-up-mid-speech",
      "hang-up-mid-speech",
      "text",
      "text",
    ]);
    const formats = bridge.all("call-started").map(({ format }) => (format as { encoding: string }).encoding);
    expect(formats.sort()).toEqual(["g711_ulaw", "g711_ulaw", "opus", "opus", "pcm16", "pcm16"]);
    expect(bridge.all("summary")[0]).toMatchObject({ calls: 6, ok: 6 });
    const again = simulate(["text.yml", "--tts", tts], { cwd, env: { XDG_CACHE_HOME: join(cwd, "cache") } });
    expect(await again.exit).toBe(0);
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(join(cwd, "log"), "utf8")).toBe("spoken\n");
  });

  it("says what to do when nothing speaks texts, and where a file is wrong", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "text.yml"), "name: text\nturns:\n  - say: Hello there\n  - wiat: agent\n");
    const typo = new Bridge(["simulate", "text.yml"], { cwd });
    expect(await typo.exit).toBe(2);
    expect(typo.stderr).toContain('error: text.yml:4:5: "wiat" is not known here\nfix: Did you mean wait?');
    writeFileSync(join(cwd, "text.yml"), "name: text\nturns:\n  - say: Hello there\n");
    const mute = new Bridge(["simulate", "text.yml", "--tts", "no-such-program {out} {text}"], { cwd });
    expect(await mute.exit).toBe(3);
    expect(mute.stderr).toMatch(
      /no-such-program, .* is not installed\.\nfix: Install it \(apt-get install espeak-ng/,
    );
  });

  it("shows each expectation to people", async () => {
    const bridge = new Bridge(["simulate", "hang-up-mid-speech", "--agent", AGENT]);
    expect(await bridge.exit).toBe(0);
    expect(bridge.stdout).toMatch(
      /^✓ hang-up-mid-speech {2}\S+\n {2}✓ step 1 {2}speaks within 3 s {2}\d+ ms\n {2}✓ call {2}ended by caller$/m,
    );
  });
});
