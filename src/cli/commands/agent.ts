/** The agent that a command answers calls with, and its tools: made, and asked before the first call. */
import type { AgentKind } from "../../agents/agent.js";
import { type Agent, resolveAgent } from "../../agents/index.js";
import { HANG_UP_ONLY, type ToolRunner } from "../../agents/tools.js";
import { BridgeError } from "../../errors.js";
import type { ToolsConfig } from "../../tools/config.js";
import type { Io } from "../ui/io.js";

export interface AgentSettings {
  readonly agent: string | AgentKind;
  readonly agentOption: Readonly<Record<string, string>>;
  readonly agentHeader: Readonly<Record<string, string>>;
  readonly agentTimeoutMs: number;
  readonly tools: ToolsConfig | undefined;
  readonly quiet: boolean;
}

/** Who answers calls. */
export interface Answerer {
  readonly agent: Agent;
  readonly tools: ToolRunner;
}

/** Longer than this, whoever waits is told what for. */
const SILENT_MS = 300;

/** The agent with its options checked, and not asked yet. @throws BridgeError */
export async function agentOf(settings: AgentSettings, io: Io): Promise<Answerer> {
  const tools = settings.tools ? await runnerOf(settings.tools, io) : HANG_UP_ONLY;
  const agent = await resolveAgent(settings.agent, {
    options: settings.agentOption,
    headers: settings.agentHeader,
    agentTimeoutMs: settings.agentTimeoutMs,
    env: io.env,
    tools: tools.specs,
  });
  return { agent, tools };
}

/** @throws BridgeError for everything that would make the first call fail, as far as it can be known. */
export async function openAgent(settings: AgentSettings, io: Io): Promise<Answerer> {
  const { agent, tools } = await agentOf(settings, io);
  const waiting = io.clock.setTimer(() => {
    if (!settings.quiet) io.stderr.write(`Asking the agent ${agent.name} whether it will answer …\n`);
  }, SILENT_MS);
  try {
    await agent.probe();
  } catch (error) {
    throw error instanceof BridgeError ? error : noAnswer(agent.name, error);
  } finally {
    waiting.cancel();
  }
  return { agent, tools };
}

async function runnerOf(config: ToolsConfig, { env, clock }: Io): Promise<ToolRunner> {
  const { createToolRunner } = await import("../../tools/runner.js");
  return createToolRunner(config, { env, clock });
}

/** A time-out, or an error of the user's own module. */
function noAnswer(name: string, cause: unknown): BridgeError {
  const isLate = cause instanceof Error && cause.name === "TimeoutError";
  const why = isLate ? "it did not answer in time" : cause instanceof Error ? cause.message : String(cause);
  return new BridgeError("agent-unreachable", `The agent ${name} cannot be reached: ${why}`, {
    fix: "Check its address and that it is running, or allow more with --agent-timeout",
    cause,
  });
}
