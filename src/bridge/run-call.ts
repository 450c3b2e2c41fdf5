/** Where one call's pure state machine meets its sockets, its agent, the clock and its observers. */
import type { Agent } from "../agents/index.js";
import type { ToolRunner } from "../agents/tools.js";
import { Call } from "../call/call.js";
import type { CallInput, Effects } from "../call/effects.js";
import { type CallEvent, isSound, type Observer } from "../call/events.js";
import type { Leg, ToolArguments } from "../call/leg.js";
import type { CallSettings } from "../call/settings.js";
import type { Clock } from "../clock.js";
import { BridgeError } from "../errors.js";
import { AnsweredCall } from "../pbx/answer.js";
import type { CallInfo } from "../protocol/messages.js";
import type { Connection } from "../websocket/connection.js";
import type { Wakeups } from "./wakeups.js";

export interface CallContext {
  readonly settings: CallSettings;
  readonly agent: Agent;
  /** Carries out what the agent's model asks for. */
  readonly tools: ToolRunner;
  readonly observers: readonly Observer[];
  readonly clock: Clock;
  readonly wakeups: Wakeups;
  /** Told of every frame for the caller that was ready in time how many ms after it it left. */
  readonly onLate?: (ms: number) => void;
  /** Told once, when the caller's socket is gone. */
  readonly onClosed: () => void;
}

export interface RunningCall {
  ping(): void;
  /** Ends this call, as its agent might. */
  hangUp(): void;
  /** Ends the call because the process is going away. */
  shutDown(): void;
}

export function runCall(socket: Connection, context: CallContext): RunningCall {
  const { clock, agent } = context;
  const openedAt = clock.now();
  const connecting = new AbortController();
  /** Aborted when the call has ended: tools that still run need not go on. */
  const ended = new AbortController();
  let callInfo: CallInfo | undefined;
  let leg: Leg | undefined;
  let observers = context.observers;
  /** Those that are told of sound. Looked for when something else has happened: here every object that is touched counts. */
  let hearing = observers;
  const wakeup = context.wakeups.register(() => handle({ type: "wake" }));

  const pbx = new AnsweredCall(socket, {
    message: (message) => handle({ type: "pbx", message }),
    congested: (ms) => handle({ type: "pbx-congested", ms }),
    closed: (code) => {
      handle({ type: "pbx-closed", code });
      context.onClosed();
    },
  });

  const effects: Effects = {
    sendToCaller: (payload) => pbx.send(payload),
    closeCaller: (code, reason) => pbx.close(code, reason),
    connectAgent: (info, rawStart) => {
      callInfo = info;
      pbx.started(info);
      void connectAgent(info, rawStart);
    },
    sendToAgent: (payload) => toAgent((to) => to.send(payload)),
    sendDtmfToAgent: ({ digit, durationMs, raw }) => toAgent((to) => to.dtmf?.(digit, durationMs, raw)),
    sendHangupToAgent: (raw) => toAgent((to) => to.hangup?.(raw)),
    interruptAgent: (heardMs, itemId, unheard) => toAgent((to) => to.interrupt(heardMs, itemId, unheard)),
    markHeard: (name) => toAgent((to) => to.marked?.(name)),
    runTool: (id, name, args) => void runTool(id, name, args),
    sendToolResult: (id, output, isError) => toAgent((to) => to.toolResult?.(id, output, isError)),
    closeAgent: (code, reason) => {
      ended.abort();
      connecting.abort();
      toAgent((to) => to.close(code, reason));
      leg = undefined;
    },
    wakeAt: (at) => wakeup.at(openedAt + at),
    late: context.onLate ?? (() => {}),
    note,
  };
  const call = new Call(context.settings, effects);

  // An agent in this process may answer while it is being spoken to. Inputs are handled one after the other all the same.
  const inputs: CallInput[] = [];
  let handling = false;
  function handle(input: CallInput): void {
    if (handling) {
      inputs.push(input);
      return;
    }
    handling = true;
    try {
      for (let next: CallInput | undefined = input; next; next = inputs.shift())
        call.handle(next, clock.now() - openedAt);
    } catch (error) {
      fail(error);
    } finally {
      handling = false;
    }
  }

  /** A fault of ours ends this call; the others go on. */
  function fail(error: unknown): void {
    inputs.length = 0;
    process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error), "BridgeBug");
    call.fail(clock.now() - openedAt);
    wakeup.cancel();
  }

  async function connectAgent(info: CallInfo, rawStart: object): Promise<void> {
    try {
      const connected = await agent.connect({
        call: info,
        rawStart,
        emit: (event) => handle({ type: "agent", event }),
        signal: connecting.signal,
      });
      if (connecting.signal.aborted) {
        connected.close(1000, "the call has ended");
        return;
      }
      leg = connected;
      const { hears, speaks, passthrough = false } = connected;
      handle({ type: "agent-ready", hears, speaks, passthrough });
    } catch (error) {
      const fix = error instanceof BridgeError ? error.fix : undefined;
      handle({ type: "agent-unreachable", reason: reasonOf(error), fix });
    }
  }

  async function runTool(id: string, name: string, args: ToolArguments): Promise<void> {
    try {
      const output = await context.tools.run(name, args, callInfo as CallInfo, ended.signal);
      handle({ type: "tool-result", id, output, isError: false });
    } catch (error) {
      const output = error instanceof Error ? error.message : "the tool failed";
      handle({ type: "tool-result", id, output, isError: true });
    }
  }

  /** An agent's own code may throw; that ends this call and no other. */
  function toAgent(action: (leg: Leg) => void): void {
    if (!leg) return;
    try {
      action(leg);
    } catch (error) {
      handle({ type: "agent", event: { type: "closed", failed: true, reason: reasonOf(error) } });
    }
  }

  function note(event: CallEvent): void {
    if (isSound(event)) {
      tell(hearing, event);
      return;
    }
    tell(observers, event);
    hearing = observers.filter(({ isDeaf }) => !isDeaf);
    if (event.type === "call-ended" && event.reason === "agent-ended") void hungUp();
  }

  function tell(some: readonly Observer[], event: CallEvent): void {
    for (const observer of some) {
      try {
        observer(event);
      } catch (error) {
        // An observer cannot disturb a call. It is not asked again.
        observers = observers.filter((other) => other !== observer);
        hearing = hearing.filter((other) => other !== observer);
        process.emitWarning(`an observer of a call failed: ${reasonOf(error)}`);
      }
    }
  }

  async function hungUp(): Promise<void> {
    try {
      await context.tools.hungUp?.(callInfo as CallInfo);
    } catch (error) {
      process.emitWarning(`a call ended, but hang_up failed: ${(error as Error).message}`);
    }
  }

  return {
    ping: () => pbx.ping(),
    // Before its start there is nothing to hang up yet.
    hangUp: () => handle({ type: callInfo ? "hang-up" : "shut-down" }),
    shutDown: () => handle({ type: "shut-down" }),
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof BridgeError) return error.message;
  return error instanceof Error ? `the agent failed: ${error.message}` : "the agent failed";
}
