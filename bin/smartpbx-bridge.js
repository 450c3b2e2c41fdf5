#!/usr/bin/env node
// Plain JavaScript that any old Node can parse, so that it can say what is wrong before anything else fails.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 17)) {
  console.error(`smartpbx-bridge needs Node 20.17 or newer; this is Node ${process.versions.node}.`);
  console.error("Fix: install a current Node from https://nodejs.org, then run the same command again.");
  process.exitCode = 2;
} else {
  import("../dist/cli/main.js").then((cli) => cli.main(process.argv));
}
