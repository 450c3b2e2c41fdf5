import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");
const TEST = resolve(import.meta.dirname);

/** What each folder may import besides itself and the files at the top of `src`. */
const MAY_IMPORT: Record<string, string[]> = {
  audio: [],
  protocol: ["audio"],
  call: ["audio", "protocol"],
  analysis: ["audio", "protocol", "call"],
  websocket: [],
  pbx: ["audio", "protocol", "call", "websocket"],
  agents: ["audio", "protocol", "call", "recording", "websocket"],
  monitoring: ["call"],
  bridge: ["audio", "protocol", "call", "pbx", "agents", "monitoring", "websocket"],
  workers: ["call", "bridge", "monitoring"],
  devices: ["audio", "websocket"],
  tunnel: [],
  upload: ["recording", "report"],
  simulate: ["audio", "protocol", "call", "analysis", "pbx", "devices"],
  recording: ["audio", "protocol", "call", "analysis"],
  inspector: [
    "audio",
    "protocol",
    "call",
    "analysis",
    "devices",
    "simulate",
    "recording",
    "replay",
    "report",
    "websocket",
  ],
  replay: ["audio", "protocol", "call", "analysis", "recording", "simulate", "report"],
  report: ["audio", "protocol", "call", "analysis", "recording"],
  tools: ["audio", "protocol", "call", "agents"],
  doctor: [
    "audio",
    "protocol",
    "call",
    "analysis",
    "pbx",
    "agents",
    "bridge",
    "devices",
    "tunnel",
    "simulate",
    "recording",
    "report",
    "config",
  ],
  config: ["audio", "protocol", "call", "analysis", "agents", "tools", "simulate", "report"],
  init: ["agents", "config"],
  testing: [
    "audio",
    "protocol",
    "call",
    "analysis",
    "pbx",
    "agents",
    "bridge",
    "simulate",
    "recording",
    "replay",
    "report",
  ],
  cli: [
    "audio",
    "protocol",
    "call",
    "analysis",
    "pbx",
    "agents",
    "tools",
    "monitoring",
    "bridge",
    "workers",
    "devices",
    "tunnel",
    "simulate",
    "recording",
    "replay",
    "report",
    "inspector",
    "upload",
    "config",
    "init",
    "doctor",
  ],
};
const PURE = ["audio", "protocol", "call", "analysis"];

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const importsOf = (file: string) =>
  [...readFileSync(join(SRC, file), "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(
    (match) => match[1],
  );
const folderOf = (path: string) => (path.includes("/") ? path.split("/")[0] : "");

describe("imports run one way", () => {
  test.each(files)("%s", (file) => {
    const folder = folderOf(file);
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith(".")) {
        if (PURE.includes(folder)) expect(specifier, `${folder} is pure`).not.toMatch(/^(node:|ws$)/);
        continue;
      }
      const target = relative(SRC, resolve(SRC, dirname(file), specifier));
      const targetFolder = folderOf(target);
      if (folder === "" || targetFolder === "" || targetFolder === folder) continue;
      expect(MAY_IMPORT[folder], `${file} imports ${target}`).toContain(targetFolder);
    }
  });
});

test("no file is longer than 300 lines, and each begins with a sentence that says what it is", () => {
  for (const file of files) {
    const text = readFileSync(join(SRC, file), "utf8");
    expect(text.split("\n").length, file).toBeLessThanOrEqual(301);
    expect(text, file).toMatch(/^\/\*\*/);
  }
});

test("no file hides behind a name that means nothing", () => {
  expect(files.filter((file) => /util|helper|manager|service|handler|impl/i.test(file))).toEqual([]);
});

describe("tests mirror sources", () => {
  /** Types only, or reached through its neighbour's test. */
  const untested = new Set(["audio/payload-codec.ts"]);
  const mirrored = files.filter(
    (file) => PURE.includes(folderOf(file)) && hasCode(file) && !untested.has(file),
  );
  test.each(mirrored)("%s", (file) => {
    expect(existsSync(join(TEST, file.replace(/\.ts$/, ".test.ts")))).toBe(true);
  });
});

function hasCode(file: string): boolean {
  return /^export (async )?(function|class)/m.test(readFileSync(join(SRC, file), "utf8"));
}
