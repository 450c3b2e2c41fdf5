/** A real `serve` under watch: what it says, what it holds, and how it ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../../bin/smartpbx-bridge.js", import.meta.url));
const PROBE = new URL("probe.js", import.meta.url).href;

export class WatchedServer {
  /** The `call-ended` of each call. */
  ended = new Map();
  stderr = "";
  #child;

  /** @param onDocument is told every line of `--json`. */
  static async start(args, onDocument) {
    const server = new WatchedServer();
    const child = spawn(
      process.execPath,
      ["--import", PROBE, CLI, "serve", "--json", "--port", "0", ...args],
      {
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      },
    );
    server.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text) => {
      server.stderr += text;
    });
    server.exit = once(child, "exit").then(([code, signal]) => signal ?? code);
    await new Promise((resolve, reject) => {
      server.exit.then((code) => reject(new Error(`serve ended with ${code}\n${server.stderr}`)));
      createInterface(child.stdout).on("line", (line) => {
        const document = JSON.parse(line);
        if (document.type === "call-ended") server.ended.set(document.callId, document);
        if (document.type === "listening") {
          server.url = document.url;
          resolve();
        }
        onDocument(document);
      });
    });
    server.exit.catch(() => {});
    return server;
  }

  /** What it holds after a collection of all garbage: bytes, and how many handles of each type. */
  async holds() {
    const answer = once(this.#child, "message");
    this.#child.send("holds");
    return (await answer)[0];
  }

  /** Asks it to stop, and says how long it took in ms. */
  async stop() {
    const before = performance.now();
    this.#child.kill("SIGTERM");
    const code = await this.exit;
    return { code, tookMs: performance.now() - before };
  }
}
