/** What must never be seen: keys and header values nowhere, numbers and digits only masked, in output and recordings alike. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AGENT_OPTIONS, type Agents, startAgents } from "./agents.js";
import { Bridge, folder, record, serve, simulate } from "./bridge.js";
import { Phone } from "./phone.js";

const SECRET = "planted-secret-7f3a";
const CALLER = "+94771234512";
const CALLEE = "+94112345678";
const NUMBERS = /94\s?77\s?123|771234512|94\s?112\s?345|112345678/;
let agents: Agents;

beforeAll(async () => {
  agents = await startAgents();
});
afterAll(() => agents.close());

/** Names and contents of every file below a folder. */
function everything(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, "latin1");
  return readdirSync(path)
    .map((name) => `${name}\n${everything(join(path, name))}`)
    .join("\n");
}

function expectNothing(text: string): void {
  expect(text).not.toContain(SECRET);
  expect(text).not.toMatch(NUMBERS);
}

it.for([["--json"], ["--verbose"], ["--json", "--verbose"]])(
  "no secret and no whole number is shown or saved: %s %s",
  async (flags) => {
    const calls = folder();
    const cwd = folder();
    const env = { SMARTPBX_TOKEN: SECRET, KEY: SECRET };
    const isJson = flags.includes("--json");
    // An endpoint, what stands before it, and who calls: each knows the secret.
    const endpoint = await serve(
      ["--auth-header", "X-Api-Key", "--record", join(calls, "endpoint"), "--verbose"],
      { env, cwd },
    );
    const behind = `${endpoint.url}?token=${SECRET}`;
    const recorder = await record(
      behind,
      [
        "--auth-header",
        "X-Api-Key",
        "--header",
        "X-Api-Key: $KEY",
        "--out",
        join(calls, "record"),
        "--verbose",
      ],
      { env, cwd },
    );
    const provider = {
      name: "mine",
      media: { encoding: "g711_ulaw", sampleRate: 8000 },
      websocket_url: recorder.url,
      websocket_headers: { "X-Api-Key": SECRET },
    };
    writeFileSync(join(cwd, "provider.json"), JSON.stringify(provider));
    const numbers = ["--caller", CALLER, "--callee", CALLEE, "--dtmf", "7@100ms"];
    const caller = new Bridge(
      [
        "simulate",
        ...flags,
        "--provider",
        "provider.json",
        ...numbers,
        "--hang-up-after",
        "500ms",
        "--record",
        join(calls, "caller"),
      ],
      { env, cwd },
    );
    expect(await caller.exit, caller.output).toBe(0);
    await endpoint.first("recorded");
    await recorder.first("recorded");
    for (const { output } of [endpoint, recorder, caller]) expectNothing(output);
    expectNothing(everything(calls));
    expect(caller.output).toContain("+9");
    if (isJson) expect(endpoint.all("dtmf")).toMatchObject([{ digit: "***" }]);
  },
);

it("nor in what a far end says in places of its own", async () => {
  const calls = folder();
  const server = await serve(["--agent", agents.spec, ...AGENT_OPTIONS, "--record", calls]);
  const phone = await Phone.call(server.url, {
    calleeIdNumber: "isInterrupted",
    callerIdNumber: CALLER,
    callerIdName: `Anna ${CALLER}`,
    notes: `call back ${CALLER}`,
    apiKey: SECRET,
    headers: { Authorization: `Bearer ${SECRET}`, "x-token": SECRET },
  });
  await server.first("transcript");
  phone.say({ event: "hangup", hangup: { callId: phone.callId, reason: `busy ${CALLER}` } });
  await server.first("recorded");
  expectNothing(server.output);
  expectNothing(everything(calls));
  expect(everything(calls)).not.toMatch(/94 77 123 4567/);
});

it("nor in the errors of those who are refused", async () => {
  const server = await serve(["--auth-header", "X-Api-Key"], { env: { SMARTPBX_TOKEN: SECRET } });
  for (const flags of [["--json"], ["--verbose"]]) {
    const caller = simulate([
      "--url",
      `${server.url}?key=${SECRET}`,
      "--header",
      `X-Api-Key: ${SECRET}x`,
      ...flags,
    ]);
    expect(await caller.exit).toBe(3);
    expectNothing(caller.output);
  }
  for (const args of [
    ["simulate", "--url", server.url, "--header", SECRET],
    ["simulate", "--url", `http://user:${SECRET}@host/`],
    ["simulate", "--header", `X-Api-Key: ${SECRET}\u0001`, "--url", server.url],
    ["serve", "--agent", `adk:ftp://host/${SECRET}`],
    ["serve", `--agent-header=${SECRET}`],
  ]) {
    const wrong = new Bridge(args);
    expect(await wrong.exit).toBe(2);
    expectNothing(wrong.output);
  }
  expectNothing(server.output);
});
