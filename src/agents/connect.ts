/** Connects one call to one agent: within a time, with an end, and with a fence around code that is not ours. */
import { formatName } from "../audio/format.js";
import type { Leg, LegEvent } from "../call/leg.js";
import { BridgeError } from "../errors.js";
import type { AgentKind, ConnectContext } from "./agent.js";

export type Connectable = Pick<AgentKind, "name" | "connect">;

/**
 * Rejects with a BridgeError `agent-unreachable` after `timeoutMs`, and at once with the signal's reason when it is
 * aborted, whether the kind listens to its signal or not. A leg that comes too late is closed.
 */
export async function connectInTime(
  agent: Connectable,
  context: ConnectContext,
  timeoutMs: number,
): Promise<Leg> {
  const { signal } = context;
  signal.throwIfAborted();
  const giveUp = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    giveUp.signal.addEventListener("abort", () => reject(giveUp.signal.reason), { once: true });
  });
  const onAbort = () => giveUp.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => giveUp.abort(tooSlow(agent.name, timeoutMs)), timeoutMs);
  const connecting = agent.connect({ ...context, signal: giveUp.signal });
  try {
    return await Promise.race([connecting, aborted]);
  } catch (error) {
    connecting.then(
      (late) => late.close(1000, "too late"),
      () => {},
    );
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

function tooSlow(name: string, timeoutMs: number): BridgeError {
  return new BridgeError("agent-unreachable", `The agent ${name} did not connect within ${timeoutMs} ms`, {
    fix: "Check that the agent is running and not overloaded, or allow more with --agent-timeout",
  });
}

/** The same kind, in which no mistake of the user's code can harm more than its own call. */
export function fenced(kind: AgentKind): Connectable {
  return {
    name: kind.name,
    async connect(context) {
      const fence = new Fence(kind.name, context);
      try {
        return fence.around(await kind.connect({ ...context, emit: (event) => fence.emit(event) }));
      } catch (error) {
        fence.shut();
        if (error instanceof BridgeError || context.signal.aborted) throw error;
        throw new BridgeError(
          "agent-unreachable",
          `The agent ${kind.name} did not connect: ${messageOf(error)}`,
          {
            fix: "Look at the connect function of the agent's module",
            cause: error,
          },
        );
      }
    },
  };
}

class Fence {
  #shut = false;

  constructor(
    readonly name: string,
    readonly context: Pick<ConnectContext, "emit" | "signal">,
  ) {}

  shut(): void {
    this.#shut = true;
  }

  emit(event: LegEvent): void {
    if (this.#shut || this.context.signal.aborted) return;
    if (event.type === "audio" && !(event.payload?.bytes instanceof Uint8Array)) {
      this.#fail("an audio event without a Payload; make one with Payload.fromBytes");
      return;
    }
    if (event.type === "closed") this.#shut = true;
    this.context.emit(event);
  }

  around(leg: Leg): Leg {
    if (typeof leg?.send !== "function" || !isFormat(leg.hears) || !isFormat(leg.speaks)) {
      throw new BridgeError("bad-agent-module", `The agent ${this.name} connected without a usable leg`, {
        fix: "connect must return { hears, speaks, send, interrupt, close }",
      });
    }
    return {
      hears: leg.hears,
      speaks: leg.speaks,
      passthrough: leg.passthrough,
      send: (audio) => this.#try(() => leg.send(audio)),
      dtmf: (digit, durationMs, raw) => this.#try(() => leg.dtmf?.(digit, durationMs, raw)),
      hangup: (raw) => this.#try(() => leg.hangup?.(raw)),
      interrupt: (heardMs, itemId, unheard) => this.#try(() => leg.interrupt(heardMs, itemId, unheard)),
      marked: (name) => this.#try(() => leg.marked?.(name)),
      toolResult: (id, output, isError) => this.#try(() => leg.toolResult?.(id, output, isError)),
      close: (code, reason) => {
        this.#try(() => leg.close(code, reason));
        this.#shut = true;
      },
    };
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(messageOf(error));
    }
  }

  #fail(what: string): void {
    this.emit({ type: "closed", failed: true, reason: `error in the agent ${this.name}: ${what}` });
  }
}

function isFormat(format: Leg["hears"] | undefined): boolean {
  return /^(g711_ulaw\/8000|(pcm16|opus)\/(8000|16000|24000|48000))$/.test(format ? formatName(format) : "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
