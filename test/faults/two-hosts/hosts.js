/** Two hosts in network namespaces of their own, with a line between them that can be late, lossy and cut. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const LINK = fileURLToPath(new URL("link.py", import.meta.url));
export const CLI = fileURLToPath(new URL("../../../bin/smartpbx-bridge.js", import.meta.url));

const run = (program, ...args) => execFileSync(program, args, { stdio: "pipe", encoding: "utf8" });

/** @returns why there cannot be two hosts here, or undefined. */
export function whyNot() {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
    run("python3", "-c", "import fcntl");
    run("ip", "netns", "add", `smartpbx-try-${process.pid}`);
    run("ip", "netns", "del", `smartpbx-try-${process.pid}`);
  } catch (error) {
    return `needs network namespaces, /dev/net/tun and python3: ${String(error.stderr || error.message).trim()}`;
  }
  return undefined;
}

export class Hosts {
  /** Where the second host is, seen from the first. */
  address = "10.77.0.2";
  #names = ["a", "b"].map((end) => `smartpbx-${process.pid}-${end}`);
  #link;
  #running = new Set();

  static async start() {
    const hosts = new Hosts();
    const devices = ["a", "b"].map((end) => `sb${process.pid % 100_000}${end}`);
    hosts.#link = spawn("python3", [LINK, ...devices], { stdio: ["pipe", "pipe", "inherit"] });
    hosts.counts = new Promise((resolve) => {
      createInterface(hosts.#link.stdout).on("line", (line) => {
        if (line === "ready") hosts.#link.emit("ready");
        else resolve(JSON.parse(line));
      });
    });
    await once(hosts.#link, "ready");
    for (const [k, name] of hosts.#names.entries()) {
      run("ip", "netns", "add", name);
      run("ip", "link", "set", devices[k], "netns", name);
      run("ip", "-n", name, "link", "set", "lo", "up");
      run("ip", "-n", name, "addr", "add", `10.77.0.${k + 1}`, "peer", `10.77.0.${2 - k}`, "dev", devices[k]);
      run("ip", "-n", name, "link", "set", devices[k], "up");
    }
    return hosts;
  }

  /** How the line is from now on. */
  line(changes) {
    this.#link.stdin.write(`${JSON.stringify(changes)}\n`);
  }

  /** Runs the command line on host 0 or 1. */
  cli(host, args) {
    const command = ["netns", "exec", this.#names[host], process.execPath, CLI, ...args];
    return new HostProcess(spawn("ip", command, { stdio: ["ignore", "pipe", "pipe"] }), this.#running);
  }

  /** How many TCP connections a host has open. */
  connections(host) {
    return run("ip", "netns", "exec", this.#names[host], "ss", "-Htn", "state", "established")
      .trim()
      .split("\n")
      .filter((line) => line !== "").length;
  }

  async stop() {
    for (const child of this.#running) child.kill("SIGKILL");
    this.#link.stdin.end();
    for (const name of this.#names) run("ip", "netns", "del", name);
    return this.counts;
  }
}

/** A command with `--json` on one of the hosts. */
class HostProcess {
  documents = [];
  stderr = "";
  #child;
  #waiting = new Set();

  constructor(child, running) {
    this.#child = child;
    running.add(child);
    createInterface(child.stdout).on("line", (line) => {
      if (line.startsWith("{")) this.documents.push({ ...JSON.parse(line), seenAt: performance.now() });
      for (const look of this.#waiting) look();
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
    this.exit = once(child, "close").then(([code]) => {
      running.delete(child);
      return code;
    });
  }

  /** The next document of this type that has not been handed out. */
  async next(type, withinMs = 60_000) {
    const found = () => this.documents.find((document) => document.type === type && !document.isTaken);
    if (!found())
      await new Promise((resolve, reject) => {
        const look = () => {
          if (!found()) return;
          clearTimeout(timer);
          this.#waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          this.#waiting.delete(look);
          reject(
            new Error(`no ${type} within ${withinMs} ms\n${JSON.stringify(this.documents)}\n${this.stderr}`),
          );
        }, withinMs);
        this.#waiting.add(look);
      });
    const document = found();
    document.isTaken = true;
    return document;
  }

  signal(name) {
    this.#child.kill(name);
  }
}
