/** Opens an address in the user's browser, where there is one: a convenience that may fail, never an error. */
import { spawn } from "node:child_process";

type Environment = Readonly<Record<string, string | undefined>>;

/** A program that is still there after this time has found a browser to talk to. */
const SETTLED_MS = 2000;

/** @returns undefined when a browser was told to open it, else why not, for people. */
export async function openBrowser(
  url: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const cannot = whyNot(env, platform);
  if (cannot) return cannot;
  for (const [program, ...args] of openers(url, env, platform))
    if (await succeeds(program as string, args, env)) return undefined;
  return "no browser could be started";
}

/** Why it is not even tried: a browser would open where nobody looks, or not at all. */
function whyNot(env: Environment, platform: NodeJS.Platform): string | undefined {
  if (env.BROWSER === "none") return "BROWSER is none";
  if (env.CI) return "nobody looks at the screen in CI";
  if (env.SSH_CONNECTION || env.SSH_TTY) return "you are on this computer over SSH";
  const hasDesktop = platform === "darwin" || platform === "win32" || env.WSL_DISTRO_NAME;
  return hasDesktop || env.DISPLAY || env.WAYLAND_DISPLAY ? undefined : "there is no desktop here";
}

function openers(url: string, env: Environment, platform: NodeJS.Platform): string[][] {
  if (platform === "darwin") return [["open", url]];
  const windows = ["rundll32.exe", "url.dll,FileProtocolHandler", url];
  if (platform === "win32") return [windows];
  return [...(env.WSL_DISTRO_NAME ? [["wslview", url], windows] : []), ["xdg-open", url]];
}

function succeeds(program: string, args: readonly string[], env: Environment): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true, env });
    const timer = setTimeout(() => resolve(true), SETTLED_MS);
    const done = (ok: boolean) => {
      clearTimeout(timer);
      resolve(ok);
    };
    child.once("error", () => done(false));
    child.once("exit", (code) => done(code === 0));
    child.unref();
  });
}
