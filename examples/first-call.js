/**
 * `npm start`: the main job, with nothing configured. Installs and builds what is missing, starts `serve` with the echo
 * agent, calls it with the sample voice as SmartPBX would, and says where the recording lies.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, "bin", "smartpbx-bridge.js");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

if (!existsSync(join(root, "node_modules", "ws"))) run(npm, ["install", "--no-audit", "--no-fund"]);
run(npm, ["run", "--silent", "build"]);

say("smartpbx-bridge serve --agent echo --record recordings");
const serve = spawn(
  process.execPath,
  [cli, "serve", "--agent", "echo", "--port", "0", "--record", "recordings"],
  {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  },
);
process.on("SIGINT", () => {});
serve.on("exit", (code) => {
  if (code) process.exitCode = code;
  else
    console.log(
      "\nThe answer as the caller heard it: reply.wav. Both sides on one clock: call.wav in the recording.",
    );
});

let called = false;
for await (const line of createInterface(serve.stdout)) {
  console.log(line);
  const url = /wss?:\/\/127\.0\.0\.1:\d+\S*/.exec(line)?.[0];
  if (url && !called) {
    called = true;
    // The banner is still being printed.
    setTimeout(place, 300, url);
  }
}

/** Calls the address that `serve` has announced, and ends `serve` when the call is over. */
function place(url) {
  say(`smartpbx-bridge simulate --url ${url} --out reply.wav`);
  const args = [cli, "simulate", "--quiet", "--url", url, "--out", "reply.wav"];
  spawn(process.execPath, args, { cwd: root, stdio: "inherit" }).on("exit", (code) => {
    if (code) process.exitCode = code;
    serve.kill("SIGTERM");
  });
}

function say(command) {
  console.log(`\n$ npx ${command}`);
}

function run(command, args) {
  console.log(`$ ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
