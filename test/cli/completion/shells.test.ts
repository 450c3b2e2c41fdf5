/** The completion scripts, in the shells that run them: those that are installed here, and bash surely. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Shell } from "../../../src/cli/commands/completion.js";
import { commands } from "../../../src/cli/commands/index.js";
import { TOPICS } from "../../../src/cli/help.js";
import { flagName, hasFlag, isGlobal, keysOf } from "../../../src/config/schema.js";
import { hasProgram } from "../../../src/programs.js";
import { FakeIo } from "../fake-io.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "smartpbx-tab-"));
  mkdirSync(join(folder, "rec", "calls"), { recursive: true });
  mkdirSync(join(folder, "two words"));
  writeFileSync(join(folder, "hours.yaml"), "");
  for (const shell of ["bash", "zsh", "fish"] as const)
    writeFileSync(join(folder, `script.${shell}`), await script(shell));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function script(shell: Shell): Promise<string> {
  const io = new FakeIo();
  expect(await run({ shell }, io)).toBe(0);
  return io.stdout.text;
}

/** What TAB offers after `line`, whose last word is begun. */
const complete: Record<Shell, (line: string) => string[]> = {
  bash(line) {
    // As readline takes a line apart: `=` and `:` are words of their own.
    const words: string[] = [...(line.match(/[=:]|[^\s=:]+/g) ?? [])];
    if (/\s$/.test(line)) words.push("");
    else if (/[=:]$/.test(line)) words.push("");
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const code = `source script.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _smartpbx_bridge; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return linesOf(execFileSync("bash", ["--norc", "-c", code], { cwd: folder, encoding: "utf8" }));
  },
  zsh(line) {
    const driver = `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'source ./setup.zsh'
zpty -r z text '*READY*'
zpty -w -n z '${line}'$'\t'
zpty -r z text '*COMPLETED*'
zpty -w -n z $'\x15exit\n'
while zpty -r z text; do :; done`;
    writeFileSync(join(folder, "setup.zsh"), ZSH_SETUP);
    writeFileSync(join(folder, "out.zsh"), "");
    const { status, stderr } = spawnSync("zsh", ["-f", "-c", driver], {
      cwd: folder,
      encoding: "utf8",
      timeout: 10_000,
    });
    expect({ status: status !== null, stderr }).toEqual({ status: true, stderr: "" });
    const matches = linesOf(readFileSync(join(folder, "out.zsh"), "utf8"));
    return [...new Set(matches)];
  },
  fish(line) {
    const code = `source script.fish; complete -C ${JSON.stringify(line)}`;
    const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    const out = execFileSync("fish", ["--no-config", "-c", code], { cwd: folder, encoding: "utf8", env });
    return linesOf(out).map((line) => line.split("\t", 1)[0]!);
  },
};

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Has a shell in a pseudo terminal write down what its completion system is offered. */
const ZSH_SETUP = `autoload -Uz compinit; compinit -u -D; setopt no_beep
source ./script.zsh
compadd() {
  local -a found
  if [[ -z \${(M)@:#-[OAD]} ]]; then
    builtin compadd -O found "$@"
    (( $#found )) && print -l -- "\${(@)found}" >> out.zsh
  fi
  builtin compadd "$@"
}
tab() { zle complete-word; print COMPLETED }
zle -N tab; bindkey '^I' tab
print READY
`;

const installed = (["bash", "zsh", "fish"] as const).filter((shell) => hasProgram(shell));

it("is tried in bash at least", () => {
  expect(installed).toContain("bash");
});

describe.each(installed)("in %s", (shell) => {
  const offered = (line: string) => complete[shell](`smartpbx-bridge ${line}`);

  it("commands", () => {
    expect(offered("si")).toEqual(["simulate"]);
    expect(offered("").sort()).toEqual([...commands.map(({ name }) => name), "help"].sort());
  });

  it("flags of the command, and those of every command", () => {
    expect(offered("simulate --silence --hang-").map(bare)).toEqual(["--hang-up-after"]);
    expect(offered("--jso").map(bare)).toEqual(["--json"]);
    expect(offered("serve --show-p").map(bare)).toEqual(["--show-personal"]);
    expect(offered("agents --tun")).toEqual([]);
    expect(offered("serve --tunn").map(bare)).toEqual(["--tunnel"]);
  });

  it("values: choices, agent kinds, scenarios, reporters", () => {
    expect(offered("serve --tunnel ").sort()).toEqual(["cloudflared", "ngrok", "tailscale"]);
    expect(offered("simulate --format g7")).toEqual(["g711_ulaw"]);
    expect(offered("serve --agent open").sort()).toEqual(["openai", "openai-live"]);
    expect(offered("serve -a ad").sort()).toEqual(["adk-live:", "adk:"]);
    expect(offered("--quiet --config x serve -a ech")).toEqual(["echo"]);
    expect(offered("simulate conver")).toEqual(["conversation"]);
    expect(offered("simulate hou")).toEqual(["hours.yaml"]);
    expect(offered("replay --reporter jun")).toEqual(["junit:"]);
    expect(offered("completion z")).toEqual(["zsh"]);
  });

  it("a value behind its flag's =", () => {
    expect(offered("serve --tunnel=ng").map((word) => word.replace("--tunnel=", ""))).toEqual(["ngrok"]);
  });

  it("folders for recordings, and nothing where only the user knows", () => {
    expect(offered("inspect re").map(withoutSlash)).toEqual(["rec"]);
    expect(
      offered("inspect rec/")
        .map(withoutSlash)
        .map((name) => name.replace("rec/", "")),
    ).toEqual(["calls"]);
    // Where no folder fits, zsh offers files all the same, as everywhere.
    if (shell !== "zsh") expect(offered("serve --record ho")).toEqual([]);
    expect(offered("serve --port ")).toEqual([]);
  });

  it("topics of help", () => {
    expect(offered("help ex")).toEqual(["exit-codes"]);
    expect(offered("help ")).toEqual(expect.arrayContaining([...Object.keys(TOPICS), "serve"]));
  });
});

it.each(["bash", "zsh", "fish"] as const)(
  "the script of %s has every flag of every command",
  async (shell) => {
    const text = await script(shell);
    for (const { name } of commands)
      for (const key of keysOf(name).filter((key) => hasFlag(key) && !isGlobal(key))) {
        const flag = flagName(key);
        if (flag.startsWith("--")) expect(text).toContain(shell === "fish" ? `-l ${flag.slice(2)}` : flag);
      }
  },
);

it.each(installed)("%s finds no fault with its script", (shell) => {
  const { status, stderr } = spawnSync(shell, ["-n", `script.${shell}`], { cwd: folder, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

/** zsh offers `--tunnel=`. */
function bare(flag: string): string {
  return flag.replace(/=$/, "");
}

function withoutSlash(name: string): string {
  return name.replace(/\/$/, "");
}
