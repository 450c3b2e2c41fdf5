/** Saved calls made shareable: redacted, exported, and recorded without sound. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Bridge, folder, serve, simulate } from "./bridge.js";
import { bytes, savedCall, voice, wav } from "./sound.js";

const QUICK = ["--agent-option", "pause=200", "--dtmf", "7@200ms", "--hang-up-after", "1500ms"];

/** Records a short call and gives the folder it is in. */
async function recorded(...args: string[]): Promise<string> {
  const directory = folder();
  const said = wav(voice(300, 500), 24000);
  const call = simulate(["--wav", said, "--record", directory, ...QUICK, ...args]);
  expect(await call.exit, call.output).toBe(0);
  return directory;
}

const only = (directory: string) => join(directory, readdirSync(directory)[0]);

async function run(...args: string[]): Promise<Bridge> {
  const process = new Bridge(args);
  await process.exit;
  return process;
}

describe.concurrent("a saved call", () => {
  it("is redacted in place, and calls again with the bytes that are left", async () => {
    const directory = await recorded("--format", "opus", "--opus-framing", "ogg", "--show-personal");
    const before = await savedCall(directory);
    const redact = await run("redact", only(directory), "--silence", "300ms-600ms", "--json");
    expect(await redact.exit, redact.output).toBe(0);
    expect(redact.documents).toMatchObject([
      { version: 1, type: "redacted", callMasked: true, masked: { start: 1, dtmf: 1 }, kept: [] },
    ]);
    const repair = await run("inspect", only(directory), "--repair");
    expect(repair.stderr).toContain("Nothing to repair.");
    const after = await savedCall(directory);
    expect(after.call).toMatchObject({ personal: "masked", caller: "+1 20 *** ***01" });
    expect(JSON.stringify(after.events)).not.toContain("2025550101");
    const sizes = (saved: typeof after) => saved.caller.map(({ hex }) => hex.length);
    expect(sizes(after)).toEqual(sizes(before));
    expect(bytes(after.caller)).not.toEqual(bytes(before.caller));

    const again = folder();
    const endpoint = await serve(["--agent-option", "pause=200", "--record", again]);
    const replay = await run("replay", only(directory), "--url", endpoint.url);
    await endpoint.first("recorded");
    await endpoint.stop();
    expect(bytes((await savedCall(again)).caller), replay.output).toEqual(bytes(after.caller));
  });

  it("is exported in every form at once, and never over itself", async () => {
    const directory = await recorded();
    const out = folder();
    const forms = [
      "--har",
      join(out, "call.har"),
      "--vcon",
      join(out, "call.vcon.json"),
      "--sides",
      join(out, "sides"),
    ];
    const inspect = await run("inspect", only(directory), ...forms);
    expect(await inspect.exit, inspect.output).toBe(0);
    expect(readdirSync(join(out, "sides")).sort()).toEqual(["agent.wav", "caller.wav"]);
    for (const name of ["call.har", "call.vcon.json"]) JSON.parse(readFileSync(join(out, name), "utf8"));
    const own = join(only(directory), "events.jsonl");
    const over = await run("inspect", only(directory), "--har", own);
    expect(await over.exit).toBe(3);
    expect(over.stderr).toContain("a part of the recording itself");
  });

  it("may be without sound: it is shown, and says why it cannot be played", async () => {
    const directory = await recorded("--no-audio");
    const inspect = await run("inspect", only(directory));
    expect(await inspect.exit, inspect.output).toBe(0);
    expect(inspect.stdout).not.toContain("sent no audio");
    for (const args of [["replay"], ["inspect", "--sides", folder()]]) {
      const [command, ...rest] = args;
      const refused = await run(command, only(directory), ...rest);
      expect(await refused.exit, refused.output).toBe(2);
      expect(refused.stderr).toContain("--no-audio");
    }
  });
});
