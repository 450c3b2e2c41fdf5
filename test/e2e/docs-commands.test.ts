/** Runs every command that README, docs, examples and `--help` show, as its reader would: in a folder with what it speaks of. */
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { readWav, writeWav } from "../../src/audio/wav.js";
import { type ShownCommand, shown } from "../docs/commands.js";
import { ROOT } from "../docs/pages.js";
import { Bridge, folder, serve } from "./bridge.js";

/** What cannot run here, and why. All of it is read by test/docs/commands.test.ts. */
const EXCLUDED: readonly (readonly [RegExp, string])[] = [
  [/^simulate .*--mic\b/, "a person speaks into a microphone: test/e2e/microphone.test.ts"],
  [/^simulate .*--speaker\b/, "wants a sound device: test/e2e/sound-devices.test.ts"],
  [/^simulate .*--browser\b/, "a person holds a browser: test/e2e/browser-phone.test.ts"],
  [/--upload\b/, "wants a bucket: test/e2e/upload.test.ts"],
  [/--tunnel\b/, "wants the program of a tunnel, and the internet: test/tunnel"],
  [
    /(-a|--agent) (openai|gemini|elevenlabs|deepgram|ultravox)/,
    "asks a vendor's service whether it takes the key; test/agents has each against a fake of it",
  ],
  [/^doctor wss?:/, "some forty seconds of calls in real time: test/doctor/endpoint examines endpoints"],
  [/^devices --audio card$/, "wants a sound device"],
];

/** Longer than a test should take: what is added keeps them short. */
const SHORTENED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/--calls (500|50|20)\b/, ["--calls", "10", "--concurrency", "10"]],
  [/--ramp\b/, ["--concurrency", "5"]],
  [/^simulate conversation barge-in\b/, ["--concurrency", "4"]],
];

/** Else it is 0. */
const EXIT_CODES: readonly (readonly [RegExp, readonly number[], string])[] = [
  [/--budget\b/, [0, 1], "this computer may be too busy for the budget"],
  [/^init$/, [2], "it asks, and nobody sits at a terminal"],
  [/^doctor\b/, [0, 1], "it may find something on this computer"],
];

/** These answer calls until they are told to stop. */
const ANSWERS = /^(serve|record)\b|^replay .*--as agent\b/;
const OWN_ENDPOINT = /^wss?:\/\/(HOST|127\.0\.0\.1:8080)(\/|$)/;
/** Processes at a time. */
const SIDE_BY_SIDE = 16;

const runnable = distinct(
  shown
    .filter(
      ({ program, isWhole, place }) => program === "smartpbx-bridge" && isWhole && !isOfTheExample(place),
    )
    .filter((command) => !EXCLUDED.some(([pattern]) => pattern.test(line(command)))),
);
const outcomes = new Map<ShownCommand, Promise<void>>();
let template: string;
let endpoint: string;

beforeAll(async () => {
  template = await readersFolder();
  endpoint = (await serve()).url;
  const waiting = [...runnable].sort((a, b) => weight(b) - weight(a));
  const next = async (): Promise<void> => {
    const command = waiting.shift();
    if (command === undefined) return;
    const outcome = run(command);
    settle.get(command)!(outcome);
    await outcome.catch(() => {});
    return next();
  };
  const settle = new Map<ShownCommand, (outcome: Promise<void>) => void>();
  for (const command of runnable)
    outcomes.set(command, new Promise((resolve) => settle.set(command, (outcome) => resolve(outcome))));
  // Each is awaited by its own test.
  for (const outcome of outcomes.values()) outcome.catch(() => {});
  for (let n = 0; n < SIDE_BY_SIDE; n++) void next();
}, 30_000);

test.each(runnable.map((command) => ({ name: `${line(command)} (${command.place})`, command })))(
  "$name",
  async ({ command }) => {
    await outcomes.get(command);
  },
  90_000,
);

async function run(command: ShownCommand): Promise<void> {
  const text = line(command);
  const cwd = folder();
  cpSync(template, cwd, { recursive: true, verbatimSymlinks: true });
  const named = /recordings\/(\d{8}T[^\s/]+)/.exec(text)?.[1];
  if (named !== undefined) renameSync(join(cwd, "recordings", "CALL"), join(cwd, "recordings", named));
  const extra = SHORTENED.filter(([pattern]) => pattern.test(text)).flatMap(([, args]) => args);
  const bridge = new Bridge([...command.args.map(here), ...extra], {
    cwd,
    env: { ...environment(), ...command.env },
  });
  if (ANSWERS.test(text)) {
    await Promise.race([
      bridge.until(() => /Ready in|"listening"/.test(bridge.output), "an address"),
      bridge.exit,
    ]);
    bridge.signal("SIGTERM");
  }
  const code = await bridge.exit;
  const codes = EXIT_CODES.find(([pattern]) => pattern.test(text))?.[1] ?? [0];
  expect(codes, `${text}\n${bridge.output}`).toContain(code);
}

/** An argument as the reader fills it in: with an endpoint of their own, and a port that is free. */
function here(arg: string): string {
  if (OWN_ENDPOINT.test(arg)) return endpoint;
  return arg === "8080" || arg === "9464" ? "0" : arg;
}

/** Free ports, no browser, and a value for every key. */
function environment(): Record<string, string> {
  const keys = [
    "OPENAI",
    "AZURE_OPENAI",
    "AZURE_VOICELIVE",
    "XAI",
    "DASHSCOPE",
    "GEMINI",
    "ELEVENLABS",
    "DEEPGRAM",
  ];
  return {
    ...Object.fromEntries([...keys, "ULTRAVOX"].map((name) => [`${name}_API_KEY`, "a-key"])),
    API_KEY: "a-key",
    SMARTPBX_TOKEN: "a-token",
    SMARTPBX_PORT: "0",
    BROWSER: "none",
  };
}

/** A folder with all that the commands speak of: agents, sounds, a scenario, a recording. */
async function readersFolder(): Promise<string> {
  const path = folder();
  for (const name of ["own-agent.mjs", "home-made-agent.mjs"])
    cpSync(join(ROOT, "examples", name), join(path, name));
  mkdirSync(join(path, "node_modules"));
  symlinkSync(ROOT, join(path, "node_modules", "smartpbx-bridge"), "dir");
  const echo = pathToFileURL(join(ROOT, "dist/agents/echo.js")).href;
  writeFileSync(join(path, "agent.mjs"), `export { echo as default } from ${JSON.stringify(echo)};\n`);
  const api = import.meta.resolve("@opentelemetry/api");
  writeFileSync(join(path, "tracing.mjs"), `import ${JSON.stringify(api)};\n`);
  writeFileSync(
    join(path, "hours.yaml"),
    "name: hours\nturns:\n  - say: { clip: hello }\n  - wait: agent\nexpect: { ended-by: caller }\n",
  );
  const voice = readWav(readFileSync(join(ROOT, "src/simulate/sample-voice.wav")));
  for (const name of ["hi.wav", "order.wav"])
    writeFileSync(join(path, name), writeWav(voice.samples.subarray(0, voice.sampleRate), voice.sampleRate));
  const calling = new Bridge(["simulate", "--wav", "hi.wav", "--record", "recordings"], { cwd: path });
  expect(await calling.exit, calling.output).toBe(0);
  const recordings = join(path, "recordings");
  renameSync(join(recordings, readdirSync(recordings)[0]!), join(recordings, "CALL"));
  // Many processes at a time make replies late.
  const patient = ["greeting", "later", "stop", "talk-over", "end"]
    .map((name) => `  ${name}: 20s\n`)
    .join("");
  writeFileSync(join(recordings, "CALL", "expect.yaml"), `version: 1\ntolerance:\n${patient}`);
  return path;
}

/** It has a folder of its own, in which test/e2e/ci-project.test.ts runs it. */
function isOfTheExample(place: string): boolean {
  return place.startsWith("examples/ci-project/");
}

/** The longest first, so that the others run beside them. */
function weight(command: ShownCommand): number {
  const text = line(command);
  if (/--ramp|conversation/.test(text)) return 2;
  return ANSWERS.test(text) ? 0 : 1;
}

function line({ args }: ShownCommand): string {
  return args.join(" ");
}

/** Addresses that are the reader's own are one here. */
function distinct(commands: readonly ShownCommand[]): ShownCommand[] {
  const same = ({ args }: ShownCommand) => args.map((arg) => (OWN_ENDPOINT.test(arg) ? "" : arg)).join(" ");
  return [...new Map(commands.toReversed().map((command) => [same(command), command])).values()].reverse();
}
