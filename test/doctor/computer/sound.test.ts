import { describe, expect, it } from "vitest";
import type { Devices } from "../../../src/devices/device.js";
import { installHint } from "../../../src/doctor/computer/install-hint.js";
import { checkSound } from "../../../src/doctor/computer/sound.js";

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n';
const device = { name: "default", label: "Built-in", isDefault: true };
const carrier = { backend: "tools (parec)", reason: "the shortest delay" };
const NONE: Devices = { microphones: [], speakers: [] };
const BOTH: Devices = {
  microphones: [device],
  speakers: [device, device],
  microphoneBackend: carrier,
  speakerBackend: { ...carrier, backend: "tools (pacat)" },
};

function check(devices: Devices, audio?: "tools", missing: string[] = []) {
  return checkSound(
    { audio },
    async () => devices,
    () => missing,
    async () => DEBIAN,
  );
}

describe("sound", () => {
  it("is there, and says through what", async () => {
    const { value, findings, hint } = await check(BOTH);
    expect(value).toBe("1 microphone through tools (parec); 2 speakers through tools (pacat)");
    expect({ findings, hint }).toEqual({ findings: [], hint: undefined });
  });

  it("is not there, which no server needs", async () => {
    const { findings, hint } = await check(NONE, undefined, ["parec"]);
    expect(findings).toEqual([]);
    expect(hint).toContain("simulate --browser");
    expect(hint).toContain("apt install");
  });

  it("is not there although it was asked for", async () => {
    expect((await check(NONE, "tools")).findings).toMatchObject([{ code: "no-sound", severity: "error" }]);
  });

  it("has devices and no program to use them", async () => {
    const { findings } = await check({ microphones: [device], speakers: [device] });
    expect(findings).toMatchObject([{ code: "sound-programs-missing", severity: "warning" }]);
    expect(findings[0]?.seen).toContain("a microphone and a speaker");
    expect(findings[0]?.fix).toContain("sudo apt install");
  });

  it("is looked for on this very computer", async () => {
    expect((await checkSound({ audio: undefined })).measured).toHaveProperty("microphones");
  });
});

describe("the hint how to install the programs", () => {
  it.each([
    ["ID=ubuntu\nID_LIKE=debian", "apt"],
    ['ID="linuxmint"\nID_LIKE="ubuntu debian"', "apt"],
    ["ID=fedora", "dnf"],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', "zypper"],
    ["ID=arch", "pacman"],
    ["ID=alpine", "apk"],
    ["ID=nixos", "parec and pacat"],
    ["", "parec and pacat"],
  ])("for %s names %s", (release, command) => {
    expect(installHint(release, "linux")).toContain(command);
  });

  it("for a Mac names brew", () => {
    expect(installHint("", "darwin")).toContain("brew install sox");
  });
});
