/** The server that `serve` would start for an agent, on a free port of this computer, for the calls of a test. */
import type { AgentKind, Environment } from "../agents/agent.js";
import { resolveAgent } from "../agents/index.js";
import { startServer } from "../bridge/server.js";
import type { Observer } from "../call/events.js";
import type { Clock } from "../clock.js";

/** An agent to call, as `serve --agent` takes it. */
export interface AgentToCall {
  /** A spec such as `echo` or `./agent.mjs`, or what `defineAgent` gave. */
  readonly agent: string | AgentKind;
  readonly agentOptions?: Readonly<Record<string, string | number | boolean>>;
  /** Extra request headers for the agent's own endpoint. Secrets: shown nowhere. */
  readonly agentHeaders?: Readonly<Record<string, string>>;
  /** Where keys come from. Default: the environment of the process. */
  readonly env?: Environment;
}

export interface OwnEndpoint {
  readonly url: string;
  /** The agent's name for people. */
  readonly name: string;
  /** Resolves when the call has ended on this side too. */
  close(): Promise<void>;
}

/** What `serve` takes when it is told nothing; no pings, because a call of a test is short. */
const SERVER = {
  host: "127.0.0.1",
  port: 0,
  path: "/media-stream",
  maxCalls: 1000,
  maxMessageBytes: 256 * 1024,
  pingMs: 0,
} as const;
const CALL = {
  leadMs: 60,
  preRollMs: 0,
  maxQueuedMs: 30_000,
  startTimeoutMs: 10_000,
  idleTimeoutMs: 90_000,
  maxDurationMs: 3_600_000,
} as const;

/** @throws BridgeError when the agent is unknown, wrongly set or known to refuse. */
export async function ownEndpoint(
  { agent: spec, agentOptions = {}, agentHeaders, env }: AgentToCall,
  observe: () => readonly Observer[],
  clock: Clock,
): Promise<OwnEndpoint> {
  const agent = await resolveAgent(spec, { options: agentOptions, headers: agentHeaders, env });
  await agent.probe();
  const server = await startServer({ ...SERVER, call: CALL, agent, observe, clock });
  return {
    url: server.url,
    name: agent.name,
    close: async () => {
      await server.drain();
      await server.close();
    },
  };
}
