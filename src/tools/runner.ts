/** Makes the runner of a server's tools from its configuration: every fault that can be known is told before the first call. */
import type { Environment } from "../agents/agent.js";
import type { ToolRunner, ToolSpec } from "../agents/tools.js";
import type { ToolArguments } from "../call/leg.js";
import { HANG_UP } from "../call/tool-calls.js";
import { type Clock, realClock } from "../clock.js";
import type { CallInfo } from "../protocol/messages.js";
import { dtmfFields, dtmfSpec, hangUpSpec, transferFields, transferSpec } from "./actions.js";
import { answerOfValue } from "./answer.js";
import { argumentFault } from "./arguments.js";
import { commandAction } from "./command.js";
import type { OwnTool, Route, ToolsConfig } from "./config.js";
import { inTime, ToolFailure, words } from "./failure.js";
import { type Fetch, post } from "./http.js";
import { type Action, bodyOf, type Order } from "./order.js";
import { smartpbxAction } from "./smartpbx.js";

export interface ToolDeps {
  /** Where keys come from, and what programs get. */
  readonly env: Environment;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
}

interface Tool {
  readonly spec: ToolSpec;
  run(args: ToolArguments, call: CallInfo, signal: AbortSignal): Promise<string>;
}

/** @throws BridgeError `missing-token` or `bad-config` for what a tool needs and this computer does not have. */
export async function createToolRunner(
  config: ToolsConfig,
  { env, fetch = globalThis.fetch, clock = realClock }: ToolDeps,
): Promise<ToolRunner> {
  const { hangUp, transferCall, sendDtmf, custom } = config;

  /** An action that has begun is carried through when the call ends, as it does when a transfer succeeds. */
  async function carrier(route: Route): Promise<(order: Order) => Promise<string>> {
    const act = await actionOf(route, env, fetch);
    return (order) => inTime({ timeoutMs: route.timeoutMs, clock }, (signal) => act(order, signal));
  }

  const tools = new Map<string, Tool>();
  const add = (tool: Tool) => tools.set(tool.spec.name, tool);
  if (transferCall) {
    const carry = await carrier(transferCall.via);
    add({
      spec: transferSpec(transferCall),
      run: async (args, call) =>
        carry({ tool: "transfer_call", call, fields: transferFields(args, transferCall) }),
    });
  }
  if (sendDtmf) {
    const carry = await carrier(sendDtmf.via);
    add({
      spec: dtmfSpec(sendDtmf),
      run: async (args, call) => carry({ tool: "send_dtmf", call, fields: dtmfFields(args) }),
    });
  }
  for (const own of custom) add(ownTool(own, fetch, clock));
  const hung = hangUp?.via && (await carrier(hangUp.via));

  return {
    specs: [hangUpSpec(hangUp), ...[...tools.values()].map(({ spec }) => spec)],
    async run(name, args, call, signal) {
      const tool = tools.get(name);
      if (!tool)
        throw new ToolFailure(
          `there is no tool of this name; there are ${[HANG_UP, ...tools.keys()].join(", ")}`,
        );
      if (signal.aborted) throw new ToolFailure("the call has ended");
      try {
        return await tool.run(args, call, signal);
      } catch (error) {
        // What is no failure of ours to tell may hold anything.
        throw error instanceof ToolFailure ? error : new ToolFailure("the tool failed");
      }
    },
    ...(hung && { hungUp: async (call) => void (await hung({ tool: "hang_up", call, fields: {} })) }),
  };
}

async function actionOf(route: Route, env: Environment, fetch: Fetch): Promise<Action> {
  switch (route.type) {
    case "http":
      return (order, signal) => post(route, bodyOf(order), fetch, signal);
    case "command":
      return commandAction(route, env);
    case "smartpbx":
      return smartpbxAction(route, env, fetch);
  }
}

function ownTool({ name, description, parameters, run }: OwnTool, fetch: Fetch, clock: Clock): Tool {
  return {
    spec: { name, description, parameters },
    run: (args, call, ended) => {
      const fault = argumentFault(args, parameters);
      if (fault !== undefined) return Promise.reject(new ToolFailure(words(fault)));
      return inTime({ timeoutMs: run.timeoutMs, clock, signal: ended }, async (signal) => {
        if (run.type === "function")
          return answerOfValue(await thrownAsWords(() => run.run(args, call, { signal })));
        const { callId, otherLegCallId, accountId, caller, callee } = call;
        const body = { tool: name, callId, otherLegCallId, accountId, caller, callee, arguments: args };
        return post(run, body, fetch, signal);
      });
    },
  };
}

/** The user's own function says to the model what it likes, in the words of its errors. */
async function thrownAsWords(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    throw new ToolFailure(words(error instanceof Error ? error.message : String(error)) || "the tool failed");
  }
}
