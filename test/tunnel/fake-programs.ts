/** Fakes of the tunnel programs: scripts on PATH that print what the real ones print, and take signals as they do. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll } from "vitest";

/**
 * `works`: says its address, runs until a signal · `ragged`: the same a few bytes at a time, with colours · `silent`: starts, and
 * says no address · `refused`: says why not, and ends · `dies`: ends when told to (SIGUSR2), with last words · `deaf`: takes no
 * signal but SIGKILL · `wrapped`: a shell script around the program, as version managers have them.
 */
export type Mode = "works" | "ragged" | "silent" | "refused" | "dies" | "deaf" | "wrapped";

export const ADDRESSES = {
  cloudflared: "https://four-dashed-word-url.trycloudflare.com",
  ngrok: "https://ab12-203-0-113-7.ngrok-free.app",
  tailscale: "https://host.tailnet-1234.ts.net",
} as const;

const SCRIPT = `#!/usr/bin/env node
const { readFileSync, appendFileSync } = require("node:fs");
const { name, mode, pids, says } = JSON.parse(readFileSync(__filename + ".json", "utf8"));
const args = process.argv.slice(2);
appendFileSync(pids, process.pid + "\\n");
appendFileSync(pids + ".args", JSON.stringify({ args, token: process.env.SMARTPBX_TOKEN }) + "\\n");
const to = name === "cloudflared" ? process.stderr : process.stdout;
const target = args.find((arg) => /^https?(\\+insecure)?:/.test(arg));
const hint = { cloudflared: ["tunnel", "--url"], ngrok: ["http", "--log"], tailscale: ["funnel"] }[name];
if (!hint.every((arg) => args.includes(arg)) || !target) {
  process.stderr.write("usage: wrong arguments\\n");
  process.exit(2);
}
setInterval(() => {}, 1000);
process.on("SIGUSR2", () => {
  process.stderr.write(readFileSync(__filename + ".last", "utf8"));
  process.exit(3);
});
if (mode === "deaf") for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
const words = says.replaceAll("TARGET", target);
if (mode === "ragged") {
  const bytes = Buffer.from(words.replaceAll("INF", "\\x1b[32mINF\\x1b[0m").replaceAll("https://", "\\x1b[1mhttps://"));
  const step = (at) => at < bytes.length && to.write(bytes.subarray(at, at + 7), () => setImmediate(step, at + 7));
  step(0);
} else to.write(words);
if (mode === "refused") setTimeout(() => process.exit(1), 20);
`;

const STARTS = {
  cloudflared: `2026-11-11T19:57:55Z INF Thank you for trying Cloudflare Tunnel. Terms of Use (https://www.cloudflare.com/website-terms/)
2026-11-11T19:57:55Z INF Requesting new quick Tunnel on trycloudflare.com...
`,
  ngrok: `{"lvl":"info","msg":"no configuration paths supplied","t":"2026-09-30T02:40:00Z"}
{"addr":"127.0.0.1:4040","allow_hosts":[],"lvl":"info","msg":"starting web service","obj":"web","t":"2026-09-30T02:40:00Z"}
{"lvl":"info","msg":"client session established","obj":"tunnels.session","t":"2026-09-30T02:40:00Z"}
`,
  tailscale: "",
} as const;

const OPENED = {
  cloudflared: `2026-11-11T19:57:58Z INF +--------------------------------------------------------------------------------------------+
2026-11-11T19:57:58Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |
2026-11-11T19:57:58Z INF |  ${ADDRESSES.cloudflared}                                            |
2026-11-11T19:57:58Z INF +--------------------------------------------------------------------------------------------+
2026-11-11T19:57:59Z INF Registered tunnel connection connIndex=0 ip=198.41.200.113 location=sjc07 protocol=quic
`,
  ngrok: `{"addr":"TARGET","lvl":"info","msg":"started tunnel","name":"command_line","obj":"tunnels","t":"2026-09-30T02:40:01Z","url":"${ADDRESSES.ngrok}"}
`,
  tailscale: `Available on the internet:

${ADDRESSES.tailscale}/
|-- proxy TARGET

Press Ctrl+C to exit.
`,
} as const;

export const REFUSALS = {
  cloudflared: `failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: lookup api.trycloudflare.com: no such host\n`,
  ngrok: `{"err":"authentication failed: The authtoken you specified does not look like a proper ngrok authtoken.\\nYour authtoken: s3cret-token\\n\\r\\nERR_NGROK_105\\r\\n","lvl":"eror","msg":"failed to reconnect session","obj":"tunnels.session"}
ERROR:  authentication failed: The authtoken you specified does not look like a proper ngrok authtoken.
ERROR:  Your authtoken: s3cret-token
ERROR:  
ERROR:  ERR_NGROK_105
ERROR:  https://ngrok.com/docs/errors/err_ngrok_105
ERROR:  
`,
  tailscale: `sending serve config: Access denied: serve config denied

Use 'sudo tailscale funnel TARGET'.
To not require root, use 'sudo tailscale set --operator=$USER' once.
`,
} as const;

/** What they say when they end in mid-run. */
export const LAST_WORDS = {
  cloudflared: `2026-11-11T20:10:00Z ERR Connection terminated error="there are no connections available" connIndex=0\n`,
  ngrok: `{"err":"session closed by the administrator","lvl":"crit","msg":"command failed"}\n`,
  tailscale: "error: tailscaled is not running\n",
} as const;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export class FakeProgram {
  /** With the program on PATH. */
  readonly env: { readonly PATH: string };
  readonly #pids: string;

  constructor(name: keyof typeof ADDRESSES, mode: Mode) {
    const folder = mkdtempSync(join(tmpdir(), "smartpbx-tunnel-"));
    folders.push(folder);
    this.env = { PATH: `${folder}${delimiter}${process.env.PATH}` };
    this.#pids = join(folder, "pids");
    writeFileSync(this.#pids, "");
    const isWrapped = mode === "wrapped";
    const file = join(folder, isWrapped ? `${name}-real` : name);
    const says = { silent: STARTS[name], refused: STARTS[name] + REFUSALS[name] }[mode as string];
    writeFileSync(file, SCRIPT);
    writeFileSync(
      `${file}.json`,
      JSON.stringify({ name, mode, pids: this.#pids, says: says ?? STARTS[name] + OPENED[name] }),
    );
    writeFileSync(`${file}.last`, LAST_WORDS[name]);
    chmodSync(file, 0o755);
    if (!isWrapped) return;
    writeFileSync(join(folder, name), `#!/bin/sh\necho $$ >> "${this.#pids}"\n"${file}" "$@" &\nwait\n`);
    chmodSync(join(folder, name), 0o755);
  }

  /** What it was started with. */
  get started(): { readonly args: readonly string[]; readonly token?: string } {
    return JSON.parse(readFileSync(`${this.#pids}.args`, "utf8").split("\n")[0]!);
  }

  /** The processes of it that live. */
  get alive(): number[] {
    const pids = readFileSync(this.#pids, "utf8").split("\n").filter(Boolean).map(Number);
    return pids.filter((pid) => isAlive(pid));
  }

  signal(name: NodeJS.Signals): void {
    for (const pid of this.alive) process.kill(pid, name);
  }

  /** Resolves when no process of it is left. */
  async gone(deadlineMs = 10_000): Promise<void> {
    const until = Date.now() + deadlineMs;
    while (this.alive.length > 0) {
      if (Date.now() > until) throw new Error(`still there: ${this.alive.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A process that has ended and that nobody has asked about yet (a zombie) is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
