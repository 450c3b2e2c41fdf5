/** Text to speech by a local program, without a shell; what was once spoken is kept in the user's cache folder. */
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BridgeError } from "../../errors.js";

const DEFAULT_COMMAND = "espeak-ng -w {out} -- {text}";
const TIMEOUT_MS = 60_000;
const run = promisify(execFile);

export interface TtsOptions {
  /** As `--tts`: a program and its arguments, with `{out}` for the WAV file and `{text}`. Default: espeak-ng. */
  readonly command?: string | undefined;
  /** Default: the user's own. */
  readonly cacheFolder?: string;
}

/** The WAV file of `text`. @throws BridgeError `bad-flag` for the command, `cannot-speak` when it fails, `cannot-write` */
export async function speak(text: string, options: TtsOptions = {}): Promise<string> {
  const { command = DEFAULT_COMMAND, cacheFolder = userCache() } = options;
  const [program, ...args] = commandOf(command);
  const key = createHash("sha256")
    .update(JSON.stringify([program, args, text]))
    .digest("hex");
  const file = join(cacheFolder, `${key.slice(0, 32)}.wav`);
  if (await isFilled(file)) return file;
  const out = join(cacheFolder, `${randomUUID()}.wav`);
  try {
    await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BridgeError("cannot-write", `The cache folder ${cacheFolder} cannot be made.`, {
      fix: "Set XDG_CACHE_HOME to a folder that may be written to.",
      cause,
    });
  }
  try {
    const filled = args.map((arg) =>
      arg.replaceAll(/\{(out|text)\}/g, (_, name) => (name === "out" ? out : text)),
    );
    await run(program, filled, { timeout: TIMEOUT_MS, windowsHide: true });
    if (!(await isFilled(out))) throw new Error("it wrote no file");
    await rename(out, file);
    return file;
  } catch (cause) {
    await rm(out, { force: true });
    throw cannotSpeak(program, cause as NodeJS.ErrnoException);
  }
}

/** Words apart at spaces, held together by quotes. @throws BridgeError `bad-flag` */
export function commandOf(command: string): [program: string, ...args: string[]] {
  const words = [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
  const [program, ...args] = words;
  for (const name of ["{out}", "{text}"]) {
    if (args.some((arg) => arg.includes(name))) continue;
    throw new BridgeError("bad-flag", `The --tts command has no ${name}.`, {
      fix: `Write for example: --tts '${DEFAULT_COMMAND}'`,
    });
  }
  return [program, ...args];
}

async function isFilled(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size > 0;
  } catch {
    return false;
  }
}

function cannotSpeak(program: string, cause: NodeJS.ErrnoException & { stderr?: string }): BridgeError {
  if (cause.code === "ENOENT") {
    return new BridgeError(
      "cannot-speak",
      `${program}, which speaks the texts of scenarios, is not installed.`,
      {
        fix: "Install it (apt-get install espeak-ng, brew install espeak-ng), name another with --tts, or say: {wav: FILE}.",
        cause,
      },
    );
  }
  const said = cause.stderr?.trim().split("\n").at(-1)?.slice(0, 200);
  return new BridgeError(
    "cannot-speak",
    `${program} could not speak a text: ${said || cause.message.split("\n")[0]}`,
    {
      fix: "Try the command by hand, or choose another with --tts.",
      cause,
    },
  );
}

/** The folder for what can be made again, as each system has it. */
function userCache(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base =
    XDG_CACHE_HOME ||
    (process.platform === "win32" && LOCALAPPDATA) ||
    join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache");
  return join(base, "smartpbx-bridge", "speech");
}
