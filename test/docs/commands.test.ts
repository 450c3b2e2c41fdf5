/** Every command and flag that is shown exists, and is given values that it takes. test/e2e/docs-commands.test.ts runs them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readArguments } from "../../src/cli/program.js";
import { resolve } from "../../src/config/resolve.js";
import { flagName, settingKeys } from "../../src/config/schema.js";
import { BridgeError } from "../../src/errors.js";
import { shown } from "./commands.js";
import { pages, ROOT } from "./pages.js";
import { readShell } from "./shell-words.js";

const ours = shown.filter(({ program }) => program === "smartpbx-bridge");

test("there are commands in README, docs, examples and --help", () => {
  const places = new Set(ours.map(({ place }) => place.replace(/[/:].*/, "")));
  expect([...places].sort()).toEqual(
    expect.arrayContaining(["README.md", "docs", "examples", "serve --help"]),
  );
});

test.each(ours.map((command) => ({ ...command, line: command.args.join(" ") })))(
  "$place: $line",
  ({ args, isWhole }) => {
    try {
      const asked = readArguments(args);
      if ("text" in asked) return expect(asked.text).not.toBe("");
      resolve(asked.command.name, { flags: asked.flags, env: new Proxy({}, { get: anyVariable }) });
    } catch (error) {
      // In a sentence a flag may be named without its value.
      if (!isWhole && error instanceof BridgeError && / needs a value$/.test(error.message)) return;
      throw error;
    }
  },
);

/** What `$NAME` in a header needs; settings have no variable. */
function anyVariable(_: object, name: string): string | undefined {
  return name.startsWith("SMARTPBX_") ? undefined : "value";
}

const scripts = (folder: string) =>
  Object.keys(JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")).scripts ?? {});

test.each(shown.filter(({ program }) => program === "npm"))("npm $args ($place)", ({ args, place }) => {
  const [command, script] = args;
  const names = scripts(place.startsWith("examples/ci-project/") ? "examples/ci-project" : ".");
  if (command === "run") expect(names).toContain(script);
  else if (["start", "test"].includes(command!)) expect(names).toContain(command);
  else expect(["install", "install-test", "ci", "i", "audit"]).toContain(command);
});

/** Flags of other programs. */
const OTHERS = new Set([
  "--allow-scripts",
  "--ignore-scripts",
  "--omit",
  "--time",
  "--stop-timeout",
  "--version",
  "--help",
]);

test("every flag that a sentence names is one", () => {
  const known = new Set(settingKeys.map(flagName));
  const unknown = pages.flatMap(({ inline }) =>
    inline.flatMap(({ place, text }) =>
      [...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)]
        .map(([flag]) => flag)
        .filter((flag) => /^(--|[a-z-]+ )/.test(text) && !known.has(flag) && !OTHERS.has(flag))
        .map((flag) => `${place}: ${flag}`),
    ),
  );
  expect(unknown).toEqual([]);
});

test("a shell's words: quotes, continuations, comments, assignments, several commands", () => {
  expect(
    readShell("A=1 B= run 'a b' \"c $D\"e \\\n  --f x # said 'so'\nnext & third && fourth\n# nothing\n"),
  ).toEqual([
    { line: 0, env: { A: "1", B: "" }, words: ["run", "a b", "c $De", "--f", "x"] },
    { line: 2, env: {}, words: ["next"] },
    { line: 2, env: {}, words: ["third"] },
    { line: 2, env: {}, words: ["fourth"] },
  ]);
  expect(readShell("don't\nrun it")).toEqual([
    { line: 0, env: {}, words: ["dont"] },
    { line: 1, env: {}, words: ["run", "it"] },
  ]);
});
