/** The package as it is published: what the tarball holds, and that it works where nothing else is installed. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { folder } from "./bridge.js";
import { type Packed, packed, ROOT } from "./packed.js";

const run = promisify(execFile);
/** The pages of the browser phone, the inspector and the report, which browsers get as they are. */
const PAGE = /^src\/(devices\/browser-phone|inspector|report)\/page\/[\w-]+\.(css|html|js|svg)$/;
const QUIET = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

/** `mic`, `speaker` and what these need: optional, and left out where they do not install. */
const FOR_SOUND = [
  ...["mic", "speaker", "bindings", "buffer-alloc", "buffer-alloc-unsafe", "buffer-fill"],
  ...["debug", "file-uri-to-path", "ms"],
];

/** What `@inquirer/prompts` needs beside its own parts. */
const FOR_QUESTIONS = [
  ...["ansi-regex", "ansi-styles", "chardet", "cli-width", "color-convert", "color-name", "emoji-regex"],
  ...["iconv-lite", "is-fullwidth-code-point", "mute-stream", "safer-buffer", "signal-exit"],
  ...["string-width", "strip-ansi", "wrap-ansi", "yoctocolors-cjs"],
];

let made: Packed;
let place: string;

beforeAll(async () => {
  place = folder();
  made = await packed();
  writeFileSync(join(place, "package.json"), '{"private":true}');
  await run("npm", ["install", ...QUIET, made.tarball], { cwd: place });
}, 120_000);

function bridge(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run("npx", ["--no-install", "smartpbx-bridge", ...args], { cwd: place });
}

it("holds the program, the sample voice, and no tests or sources", () => {
  const paths = made.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["bin/smartpbx-bridge.js", "dist/index.d.ts", "LICENSE", "README.md"]),
  );
  const others = paths.filter(
    (path) => !/^(dist\/[\w/-]+\.(c?js|d\.c?ts)|bin\/[\w-]+\.js|[A-Z]+(\.md)?)$/.test(path),
  );
  expect(others.filter((path) => !PAGE.test(path))).toEqual([
    "package.json",
    "src/simulate/sample-voice.wav",
    "src/simulate/scenario/scenario.schema.json",
  ]);
  expect(others.filter((path) => PAGE.test(path))).toContain("src/devices/browser-phone/page/phone.html");
  expect(made.size).toBeLessThan(1_100_000);
});

it("brings no development tools, and nothing that must be compiled but for sound", async () => {
  const own = [
    "@ennuicastr",
    "@inquirer",
    "chalk",
    "commander",
    "libopus-wasm",
    "smartpbx-bridge",
    "ws",
    "yaml",
  ];
  const needed = [...own, ...FOR_QUESTIONS].sort();
  const installed = () => readdirSync(join(place, "node_modules")).filter((name) => !name.startsWith("."));
  expect(installed()).toEqual(expect.arrayContaining(needed));
  expect(installed().filter((name) => !needed.includes(name) && !FOR_SOUND.includes(name))).toEqual([]);
  await run("npm", ["prune", ...QUIET, "--omit=optional"], { cwd: place });
  expect(installed().sort()).toEqual(needed);
});

it("says its version", async () => {
  expect((await bridge("--version")).stdout).toBe(`${made.version}\n`);
});

it("calls the echo agent with the sample voice", async () => {
  const { stdout } = await bridge("simulate", "--json", "--hang-up-after", "1s", "--out", "reply.wav");
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/"type":"summary".*"ok":1,"failed":0/);
  expect(existsSync(join(place, "reply.wav"))).toBe(true);
});

it("reads a config file that imports it, and an agent of one's own", async () => {
  writeFileSync(
    join(place, "parrot.mjs"),
    `import { defineAgent } from "smartpbx-bridge";
const format = { encoding: "g711_ulaw", sampleRate: 8000 };
export default defineAgent({
  name: "parrot",
  summary: "says everything back",
  url: "none",
  options: { loud: { type: "boolean", default: false, help: "unused" } },
  connect: async ({ emit }) => ({
    hears: format,
    speaks: format,
    send: (payload) => emit({ type: "audio", payload }),
    interrupt() {},
    close() {},
  }),
});
`,
  );
  writeFileSync(
    join(place, "smartpbx.config.mjs"),
    `import { defineConfig } from "smartpbx-bridge";
export default defineConfig({ agent: "./parrot.mjs", tone: 440, hangUpAfter: "1s", json: true });
`,
  );
  const { stdout } = await bridge("simulate");
  const documents = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(documents[0]).toMatchObject({ type: "listening", agent: "parrot" });
  const ended = documents.find(({ type }) => type === "call-ended");
  expect(ended.framesOut).toBeGreaterThan(30);
  expect(documents.at(-1)).toMatchObject({ type: "summary", ok: 1 });
});

it("has fakes for tests of one's own", async () => {
  writeFileSync(
    join(place, "fake.mjs"),
    `import { fakeSmartpbxEndpoint } from "smartpbx-bridge/testing";
const endpoint = await fakeSmartpbxEndpoint();
console.log(endpoint.url);
await endpoint.close();
`,
  );
  expect((await run(process.execPath, ["fake.mjs"], { cwd: place })).stdout).toMatch(/^ws:/);
});

describe("has types that compile in a strict project without Vitest, Jest or the types of ws", () => {
  beforeAll(() => {
    mkdirSync(join(place, "node_modules/@types"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules/@types/node"), join(place, "node_modules/@types/node"));
    writeFileSync(
      join(place, "consumer.mts"),
      `import { defineAgent, type LegEvent } from "smartpbx-bridge";
import { type CallEvent, type Duration, defineScenario, fakeSmartPbx, ManualClock, matchers, type PlacedCall, placeCall } from "smartpbx-bridge/testing";

const limit: Duration = "800ms";
const scenario = defineScenario({ turns: [{ say: { clip: "hello" }, expect: { "speaks-within": "2s" } }, { "hang-up": true }] });
const call: PlacedCall = await placeCall(scenario, { agent: "echo", clock: new ManualClock() });
const types: CallEvent["type"][] = call.events.map(({ type }) => type);
const phone = await fakeSmartPbx({ url: "ws://127.0.0.1:1/", format: "pcm16" });
const latency: number | undefined = call.analysis.utterances[0]?.reply?.latencyMs;
// @ts-expect-error: a url or an agent, not neither
await placeCall("greeting", {});
// @ts-expect-error: a time needs a unit
defineScenario({ turns: [{ silence: "2" }] });
// @ts-expect-error: what is heard is not any
const wrong: string = call.heard.sampleRate;
export { defineAgent, latency, limit, type LegEvent, matchers, phone, types, wrong };
`,
    );
  });

  it.each([
    ["node16", "node16"],
    ["esnext", "bundler"],
  ])("module %s, resolution %s", async (module, moduleResolution) => {
    const tsconfig = `tsconfig.${moduleResolution}.json`;
    const compilerOptions = {
      target: "es2022",
      lib: ["es2023"],
      module,
      moduleResolution,
      types: ["node"],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    };
    writeFileSync(join(place, tsconfig), JSON.stringify({ compilerOptions, files: ["consumer.mts"] }));
    const { stdout } = await run(
      process.execPath,
      [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", tsconfig],
      { cwd: place },
    ).catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });
});
