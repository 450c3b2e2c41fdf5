/** An agent that a test holds in its hands: no socket, no time, everything it hears noted, everything it says told to it. */
import type { AgentKind, ConnectContext } from "../agents/agent.js";
import type { ToolSpec } from "../agents/tools.js";
import { type MediaFormat, pcm16 } from "../audio/format.js";
import { Payload } from "../audio/payload.js";
import type { Leg, LegEvent } from "../call/leg.js";
import type { CallInfo } from "../protocol/messages.js";
import { Watch } from "./watch.js";

export interface ScriptedAgentOptions {
  /** Default pcm16 at 24 kHz, both ways. */
  readonly hears?: MediaFormat;
  readonly speaks?: MediaFormat;
  /** Run for every call before it is connected: whatever it awaits delays the connection, what it throws refuses it. */
  readonly script?: (conversation: ScriptedConversation) => void | Promise<void>;
}

/** An agent kind whose conversations can be taken one after the other with `next`. */
export class ScriptedAgent implements AgentKind<Record<never, never>> {
  readonly name = "scripted";
  readonly summary = "does what a test tells it";
  readonly url = "none";
  readonly options = {};
  readonly conversations: ScriptedConversation[] = [];
  readonly #settings: ScriptedAgentOptions;
  readonly #watch = new Watch();
  #taken = 0;

  constructor(settings: ScriptedAgentOptions = {}) {
    this.#settings = settings;
  }

  async connect(context: ConnectContext<Record<never, never>>): Promise<Leg> {
    const { hears = pcm16(24000), speaks = hears, script } = this.#settings;
    const conversation = new ScriptedConversation(hears, speaks, context);
    this.conversations.push(conversation);
    this.#watch.changed();
    await script?.(conversation);
    return conversation.leg;
  }

  /** The next conversation, in order, that has not been handed out. */
  async next(): Promise<ScriptedConversation> {
    const index = this.#taken++;
    await this.#watch.until(() => this.conversations.length > index);
    return this.conversations[index];
  }
}

export class ScriptedConversation {
  readonly call: CallInfo;
  /** What its model was offered. */
  readonly tools: readonly ToolSpec[];
  readonly digits: string[] = [];
  /** The answers to its `tool-call` events. */
  readonly toolResults: { id: string; output: string; isError: boolean }[] = [];
  readonly interruptions: { heardMs: number; itemId: string | undefined }[] = [];
  /** How we were closed. */
  closedWith: { code: number; reason: string } | undefined;
  readonly leg: Leg;
  readonly #emit: (event: LegEvent) => void;
  readonly #heard: Uint8Array[] = [];
  readonly #watch = new Watch();

  constructor(
    hears: MediaFormat,
    speaks: MediaFormat,
    { call, emit, tools }: Pick<ConnectContext, "call" | "emit" | "tools">,
  ) {
    this.call = call;
    this.tools = tools;
    this.#emit = emit;
    const noting =
      <A extends unknown[]>(note: (...args: A) => void) =>
      (...args: A) => {
        note(...args);
        this.#watch.changed();
      };
    this.leg = {
      hears,
      speaks,
      send: noting((audio: Payload) => this.#heard.push(audio.bytes)),
      dtmf: noting((digit: string) => this.digits.push(digit)),
      interrupt: noting((heardMs: number, itemId?: string) => this.interruptions.push({ heardMs, itemId })),
      toolResult: noting((id: string, output: string, isError: boolean) =>
        this.toolResults.push({ id, output, isError }),
      ),
      close: noting((code: number, reason: string) => {
        this.closedWith ??= { code, reason };
      }),
    };
  }

  /** All audio heard so far. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  speak(audio: Uint8Array, itemId?: string): void {
    this.#emit({ type: "audio", payload: Payload.fromBytes(audio), itemId });
  }

  emit(event: LegEvent): void {
    this.#emit(event);
  }

  /** Resolves as soon as `condition` holds, which is looked at after everything the agent is told. */
  until(condition: (conversation: this) => boolean): Promise<void> {
    return this.#watch.until(() => condition(this));
  }
}
