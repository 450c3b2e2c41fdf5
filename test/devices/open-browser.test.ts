import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../src/devices/open-browser.js";

const URL = "http://127.0.0.1:4123/phone#secret";

/** A folder of programs: each writes its arguments down and ends with this code. */
function programs(codes: Record<string, number>): { PATH: string; opened: () => string } {
  const folder = mkdtempSync(join(tmpdir(), "smartpbx-open-"));
  for (const [name, code] of Object.entries(codes)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${folder}/opened\nexit ${code}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: folder, opened: () => readFileSync(join(folder, "opened"), "utf8") };
}

describe("opening a browser", () => {
  it.each([
    ["linux", { DISPLAY: ":0" }, "xdg-open"],
    ["linux", { WAYLAND_DISPLAY: "wayland-0" }, "xdg-open"],
    ["linux", { WSL_DISTRO_NAME: "Debian" }, "wslview"],
    ["darwin", {}, "open"],
  ] as const)("on %s with %j asks %s", async (platform, env, program) => {
    const { PATH, opened } = programs({ [program]: 0 });
    expect(await openBrowser(URL, { PATH, ...env }, platform)).toBeUndefined();
    expect(opened()).toBe(`${program} ${URL}\n`);
  });

  it("tries the next program when one fails", async () => {
    const { PATH, opened } = programs({ wslview: 1, "rundll32.exe": 0 });
    expect(await openBrowser(URL, { PATH, WSL_DISTRO_NAME: "Debian" }, "linux")).toBeUndefined();
    expect(opened()).toContain(`rundll32.exe url.dll,FileProtocolHandler ${URL}`);
  });

  it.each([
    [{ DISPLAY: ":0" }, "no browser could be started"],
    [{}, "there is no desktop here"],
    [{ DISPLAY: ":0", BROWSER: "none" }, "BROWSER is none"],
    [{ DISPLAY: ":0", SSH_CONNECTION: "1" }, "you are on this computer over SSH"],
    [{ DISPLAY: ":0", CI: "true" }, "nobody looks at the screen in CI"],
  ])("with %j says why it did not: %s", async (env, why) => {
    expect(await openBrowser(URL, { PATH: programs({}).PATH, ...env }, "linux")).toBe(why);
  });
});
