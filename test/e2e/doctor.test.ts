/** `doctor` in real processes: on this computer as it is, with things that are broken, and stopped on the way. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeOpenAi } from "../../src/testing/fake-openai.js";
import { Bridge, folder, serve } from "./bridge.js";

/** A computer that others use too may hold up a timer or an echo: not what is tried here. */
const MAY_BE_BUSY = ["late-timers", "echo-slow", "echo-lost", "clock-drifts"];

interface Found {
  readonly code: string;
}

async function ended(args: readonly string[], options?: ConstructorParameters<typeof Bridge>[1]) {
  const bridge = new Bridge(["doctor", ...args], options);
  const code = await bridge.exit;
  const [summary] = bridge.all("summary");
  const findings = ((summary?.findings ?? []) as Found[]).filter((one) => !MAY_BE_BUSY.includes(one.code));
  return { code, bridge, summary, findings };
}

describe.concurrent("doctor", () => {
  it("finds nothing on a computer that is well, within seconds", async () => {
    const { code, bridge, findings, summary } = await ended(["--json", "--port", "0", "--record", "calls"]);
    expect(findings).toEqual([]);
    expect(code).toBe((summary?.findings as Found[] | undefined)?.length === 0 ? 0 : 1);
    expect(bridge.all("check").map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "node",
        "hardware",
        "settings",
        "codecs",
        "agent",
        "public-address",
        "port",
        "recordings",
        "sound",
        "packages",
        "echo-call",
        "proxies",
        "timers",
      ]),
    );
    // What needs quiet comes last, alone.
    expect(bridge.all("check").at(-1)?.name).toBe("timers");
    expect(bridge.documents.at(-1)).toBe(summary);
    expect(
      bridge.all("check").every(({ version, value }) => version === 1 && typeof value === "string"),
    ).toBe(true);
  });

  it("says the same in words, without a colour or a cursor", async () => {
    const { bridge } = await ended(["--port", "0"]);
    expect(bridge.stdout).toContain("✓ codecs");
    expect(bridge.stdout).toContain("- recordings          calls are not saved; --record DIR would");
    expect(bridge.stdout).toMatch(/\n(✓ nothing found|[✗!]) .*\d+ checks {2}3 left out/);
    expect(bridge.output).not.toContain("\x1b");
  });

  it("finds who has the port, a file in place of a folder, and an agent that refuses the key", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const fake = await fakeOpenAi({ refuseWith: 401 });
    const cwd = folder();
    writeFileSync(join(cwd, "calls"), "");
    const port = (taken.address() as AddressInfo).port;
    const args = [
      "--json",
      "--port",
      String(port),
      "--record",
      "calls",
      "-a",
      `openai:${fake.url}/v1/realtime`,
    ];
    const { code, findings, bridge } = await ended([...args, "--reporter", "junit:out.xml,json:out.json"], {
      cwd,
      env: { OPENAI_API_KEY: "sk-hunter2hunter2" },
    });
    taken.close();
    await fake.close();
    expect(code).toBe(1);
    expect(findings.map(({ code }) => code).sort()).toEqual(["agent-refused", "cannot-write", "port-in-use"]);
    expect(readFileSync(join(cwd, "out.xml"), "utf8")).toContain("--port ");
    expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"))).toMatchObject({
      name: "smartpbx-bridge doctor",
    });
    expect(bridge.output).not.toContain("hunter2");
  });

  it("has nothing against a serve that runs meanwhile", async () => {
    const server = await serve();
    const { findings, bridge } = await ended(["--json", "--port", new URL(server.url).port]);
    expect(findings).toEqual([]);
    expect(bridge.all("check").find(({ name }) => name === "port")?.value).toContain(
      "smartpbx-bridge answers",
    );
    await server.stop();
  });

  it.each([
    ['{"prot": 1}', [], "Did you mean port?"],
    ['{"port": "far"}', [], "port"],
    ['{"lead": "soon"}', [], "lead"],
    ["{}", ["http://127.0.0.1/"], "ws://127.0.0.1/"],
    ["{}", ["--auth-header", "X-Key"], "SMARTPBX_TOKEN"],
  ])("is called wrongly with %s and %j: 2", async (config, args, words) => {
    const cwd = folder();
    writeFileSync(join(cwd, "smartpbx.config.json"), config);
    const { code, bridge } = await ended(args, { cwd });
    expect(code).toBe(2);
    expect(bridge.stderr).toMatch(/^error: .*\nfix: .*\n/);
    expect(bridge.stderr).toContain(words);
  });

  it("cannot reach an endpoint: 3, and reporters are told", async () => {
    const cwd = folder();
    const { code, bridge } = await ended(["ws://127.0.0.1:1/ws", "--reporter", "json:out.json"], { cwd });
    expect(code).toBe(3);
    expect(bridge.stderr).toMatch(/^error: .*\nfix: /);
    expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"))).toMatchObject({ ok: false, failed: 1 });
  });

  it("is stopped by ^C, keeps what it has found, and says that it is not all", async () => {
    const bridge = new Bridge(["doctor", "--json", "--port", "0"]);
    await bridge.first("check");
    bridge.signal("SIGINT");
    expect(await bridge.exit).toBe(130);
    expect(bridge.all("summary")).toHaveLength(1);
    expect(bridge.stderr).toContain("Stopped");
    expect(bridge.all("check").map(({ name }) => name)).not.toContain("timers");
  });

  it("is stopped by ^C while it waits for an agent that never answers", async () => {
    const fake = await fakeOpenAi({ neverAnswer: true });
    const bridge = new Bridge(
      ["doctor", "--json", "--port", "0", "--agent-timeout", "5m", "-a", `openai:${fake.url}/v1/realtime`],
      { env: { OPENAI_API_KEY: "sk-hunter2hunter2" } },
    );
    await fake.untilOpen(1);
    await bridge.until(() => bridge.all("check").some(({ name }) => name === "echo-call"), "the echo call");
    bridge.signal("SIGINT");
    expect(await bridge.exit).toBe(130);
    await fake.close();
  });
});
