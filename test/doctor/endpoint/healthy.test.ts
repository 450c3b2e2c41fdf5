import { expect, test } from "vitest";
import { resolveAgent } from "../../../src/agents/index.js";
import { type BridgeServer, startServer } from "../../../src/bridge/server.js";
import { ManualClock } from "../../../src/clock.js";
import { SETTINGS } from "../../call/playbook.js";
import { type Diagnosis, examinedAt } from "./examined.js";
import { MadeEndpoint } from "./made-endpoint.js";

/** How often each is examined: 20 before a release. */
const RUNS = Number(process.env.DOCTOR_RUNS ?? 1);

/** What `serve` runs, or `record` with its own settings. */
async function bridge(
  agent: string,
  clock: ManualClock,
  call: Partial<typeof SETTINGS> = {},
): Promise<BridgeServer> {
  return startServer({
    host: "127.0.0.1",
    port: 0,
    path: "/media-stream",
    maxCalls: 100,
    maxMessageBytes: 256 * 1024,
    pingMs: 0,
    call: { ...SETTINGS, ...call },
    agent: await resolveAgent(agent, { options: {} }),
    observe: () => [],
    clock,
  });
}

const HEALTHY: readonly (readonly [what: string, examine: () => Promise<Diagnosis>])[] = [
  [
    "serve with the echo agent",
    async () => {
      const clock = new ManualClock(Date.now());
      const server = await bridge("echo", clock);
      return examinedAt(server.url, clock).finally(() => server.close());
    },
  ],
  [
    "a plain endpoint",
    async () => {
      const clock = new ManualClock(Date.now());
      const endpoint = await MadeEndpoint.listen({ greets: true }, clock);
      return examinedAt(endpoint.url, clock).finally(() => endpoint.close());
    },
  ],
  [
    "record in front of it",
    async () => {
      const clock = new ManualClock(Date.now());
      const endpoint = await MadeEndpoint.listen({ greets: true }, clock);
      const server = await bridge(`smartpbx:${endpoint.url}`, clock, { leadMs: 0, maxQueuedMs: 0 });
      return examinedAt(server.url, clock, { isBehind: true }).finally(async () => {
        await server.close();
        await endpoint.close();
      });
    },
  ],
];

test.each(HEALTHY)("nothing is found in %s", { timeout: 150_000 * RUNS }, async (_, examine) => {
  for (let run = 0; run < RUNS; run++) {
    const { findings, checks, tookMs } = await examine();
    expect(findings.map(({ code, seen }) => `${code}: ${seen}`)).toEqual([]);
    expect(checks.filter(({ isSkipped }) => isSkipped).map(({ name }) => name)).toEqual(["authentication"]);
    expect(tookMs).toBeLessThan(60_000);
  }
});
