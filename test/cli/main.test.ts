import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCommandLine } from "../../src/cli/main.js";
import { BridgeError } from "../../src/errors.js";
import { FakeIo } from "./fake-io.js";

const serveRun = vi.hoisted(() => vi.fn());
vi.mock("../../src/cli/commands/serve.js", async (original) => ({
  ...(await original<object>()),
  run: serveRun,
}));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function cli(args: string[], env: Record<string, string> = {}) {
  const io = new FakeIo(env, folder);
  const code = await runCommandLine(args, io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

describe("the command line", () => {
  it.each([[[]], [["--help"]], [["-h"]], [["help"]]])("shows the commands for %j", async (args) => {
    const { code, out, err } = await cli(args);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Usage: smartpbx-bridge <command>/);
  });

  it("shows its version", async () => {
    const { code, out } = await cli(["--version"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ["serv", "Unknown command serv", "Did you mean serve? See: smartpbx-bridge --help"],
    ["banana", "Unknown command banana", "See: smartpbx-bridge --help"],
    ["--jsn", "Unknown flag --jsn", "Did you mean --json? See: smartpbx-bridge --help"],
    ["serve --prot 1", "Unknown flag --prot", "Did you mean --port? See: smartpbx-bridge serve --help"],
    [
      "serve --wav x",
      "--wav is not a flag of serve",
      "It belongs to simulate. See: smartpbx-bridge serve --help",
    ],
    [
      "--port 1",
      "--port is not a flag of smartpbx-bridge itself",
      "It belongs to serve, record, replay, doctor and init. See: smartpbx-bridge --help",
    ],
    ["serve --port", "--port needs a value", "See: smartpbx-bridge serve --help"],
    [
      "serve now",
      "serve takes no argument without a flag before it",
      "Put quotes around a value with spaces. See: smartpbx-bridge serve --help",
    ],
    [
      "simulate ws://h",
      "An address is no scenario.",
      "It goes after --url. See: smartpbx-bridge simulate --help",
    ],
    ["serve --phone=yes", "--phone takes no value", "Write --phone, or leave it out."],
    ["simulate -t", "Unknown flag -t", "See: smartpbx-bridge simulate --help"],
    [
      "agents -a",
      "-a is not a flag of agents",
      "It belongs to serve, simulate, replay, doctor and init. See: smartpbx-bridge agents --help",
    ],
    ["completion zhs", '<shell>: "zhs" is not one of bash, zsh, fish', "Write zsh"],
    [
      "completion",
      "completion needs the name of a shell: bash, zsh or fish",
      "smartpbx-bridge completion bash",
    ],
    [
      "help serve now",
      "help takes one argument",
      "Put quotes around a value with spaces. See: smartpbx-bridge --help",
    ],
    ["serve --port x", '--port: "x" is not a whole number', "Write --port 8080"],
    [
      "help exitcodes",
      "Unknown help topic exitcodes",
      "Did you mean exit-codes? See: smartpbx-bridge --help",
    ],
    [
      "record",
      "record needs the address of the endpoint that answers the calls",
      "smartpbx-bridge record wss://HOST/media-stream",
    ],
  ])("refuses %j with a way out", async (line, message, fix) => {
    expect(await cli(line.split(" "))).toEqual({ code: 2, out: "", err: `error: ${message}\nfix: ${fix}\n` });
    const { code, out, err } = await cli(
      [...line.split(" "), "--json"].sort((a) => (a === "--json" ? -1 : 0)),
    );
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(JSON.parse(out)).toEqual({ version: 1, type: "error", code: "bad-flag", message, fix });
  });

  it("does not repeat a secret after a misspelled flag", async () => {
    const { err } = await cli(["simulate", "--heder=X-Api-Key: s3cret"]);
    expect(err).toBe(
      "error: Unknown flag --heder\nfix: Did you mean --header? See: smartpbx-bridge simulate --help\n",
    );
  });

  it("finds the config file, and says what is wrong with it", async () => {
    const path = join(folder, "bad.json");
    await writeFile(path, '{ "agnet": "echo" }');
    expect(await cli(["serve", "--config", path])).toEqual({
      code: 2,
      out: "",
      err: 'error: bad.json has an unknown setting "agnet"\nfix: Did you mean agent?\n',
    });
    expect(await cli(["serve"], { SMARTPBX_CONFIG: "gone.json", SMARTPBX_JSON: "1" })).toMatchObject({
      code: 3,
      err: "",
    });
  });
});

describe("a command", () => {
  it("gets its settings, and gives its exit code", async () => {
    serveRun.mockResolvedValueOnce(130);
    const args = [
      "--json",
      "serve",
      "-p",
      "9000",
      "--agent-option",
      "a=1",
      "--agent-option",
      "b=2",
      "--no-color",
      "--quiet",
    ];
    expect(await cli(args, { SMARTPBX_HOST: "::1" })).toEqual({ code: 130, out: "", err: "" });
    expect(serveRun.mock.lastCall![0]).toMatchObject({
      json: true,
      quiet: true,
      noColor: true,
      verbose: false,
      port: 9000,
      host: "::1",
      agentOption: { a: "1", b: "2" },
    });
  });

  it("says where its settings come from, never what they are, when verbose", async () => {
    serveRun.mockResolvedValueOnce(0);
    const args = ["serve", "--verbose", "--agent-header", "X-Api-Key: s3cret"];
    const { err } = await cli(args, { SMARTPBX_PORT: "1", SMARTPBX_PROT: "2" });
    expect(err).toBe(
      "warning: SMARTPBX_PROT is not a setting and is ignored. Did you mean SMARTPBX_PORT?\n" +
        "port from SMARTPBX_PORT\nagentHeader from --agent-header\nverbose from --verbose\n",
    );
  });

  it("that cannot open something ends with 3 and a fix, in colour if asked to", async () => {
    serveRun.mockRejectedValueOnce(
      new BridgeError("port-in-use", "port 8080 is taken", { fix: "--port 8081" }),
    );
    expect(await cli(["serve"], { FORCE_COLOR: "1" })).toEqual({
      code: 3,
      out: "",
      err: "\u001b[31merror:\u001b[39m port 8080 is taken\n\u001b[32mfix:\u001b[39m --port 8081\n",
    });
  });

  it("with a bug ends with 70, its stack and the version", async () => {
    serveRun.mockRejectedValue(new TypeError("x is not a function"));
    const { code, out, err } = await cli(["serve"]);
    expect({ code, out }).toEqual({ code: 70, out: "" });
    expect(err).toMatch(
      /^TypeError: x is not a function\n {4}at .+\n\nThis is a bug in smartpbx-bridge \d.+\n$/s,
    );
    const json = await cli(["serve", "--json"]);
    expect(json.code).toBe(70);
    expect(JSON.parse(json.out)).toMatchObject({
      version: 1,
      type: "error",
      code: "bug",
      message: "x is not a function",
    });
    expect(json.err).toContain("TypeError");
  });
});
