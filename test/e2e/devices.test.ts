/** `devices` on a computer without sound: a plain sentence, and nothing that fails. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Bridge, folder } from "./bridge.js";

/** No programs, no server, no home: nothing that could carry sound. */
function silent(): Record<string, string> {
  const home = folder();
  mkdirSync(join(home, "bin"));
  return { PATH: join(home, "bin"), HOME: home, XDG_RUNTIME_DIR: home, PULSE_SERVER: `unix:${home}/none` };
}

it("says plainly that there is no microphone, and what can be one", async () => {
  const devices = new Bridge(["devices", "--audio", "tools"], { env: silent() });
  expect(await devices.exit).toBe(0);
  expect(devices.stdout).toBe(
    "No microphone works here. A browser can be one: simulate --browser. Or let a file talk: simulate --wav FILE.\n\n" +
      "No speaker works here. A browser can be one: simulate --browser. Or write a file: simulate --out FILE.\n",
  );
  expect(devices.stderr).toBe("");
});

it("says so to programs as one document", async () => {
  const devices = new Bridge(["devices", "--audio", "tools", "--json"], { env: silent() });
  expect(await devices.exit).toBe(0);
  expect(devices.documents).toEqual([
    {
      version: 1,
      type: "devices",
      microphones: [],
      speakers: [],
      microphoneBackend: null,
      speakerBackend: null,
    },
  ]);
});

it("hands no strange number to the speaker's native code, which would die of it", async () => {
  const program = fileURLToPath(new URL("../../dist/devices/speaker-process.js", import.meta.url));
  for (const rate of ["0", "44100.5", ""]) {
    const { stderr, signal } = spawnSync(process.execPath, [program, rate], { encoding: "utf8" });
    expect([stderr, signal], rate).toEqual(["error: that is no sample rate\n", "SIGKILL"]);
  }
});
