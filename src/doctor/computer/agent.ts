/** Whether the agent would answer: its key and address are asked by a handshake, and no word is spoken. */
import { randomUUID } from "node:crypto";
import type { Agent } from "../../agents/index.js";
import { PORTAL_FORMATS } from "../../audio/format.js";
import { BridgeError } from "../../errors.js";
import type { CallInfo } from "../../protocol/messages.js";
import { PROFILES } from "../../protocol/profiles.js";
import { type Checked, fine, type Problem, skipped } from "../checked.js";

export interface AgentToCheck {
  /** For people, in case it cannot be opened. */
  readonly spec: string;
  /** Makes it, with its key and options checked. @throws BridgeError */
  open(): Promise<Agent>;
  readonly signal: AbortSignal;
}

/** Kinds that ask their vendor by themselves, where a call would cost money: `probe` is a whole answer. */
const ASKED_BY_PROBE = new Set(["openai", "openai-live", "gemini", "elevenlabs", "deepgram", "ultravox"]);
/** Agents of one's own behind a WebSocket: a call that is hung up at once harms none. */
const CALLED = new Set([
  "adk",
  "adk-live",
  "smartpbx",
  "websocket",
  "pipecat",
  "twilio",
  "telnyx",
  "plivo",
  "exotel",
]);

const NAME = "agent";
const WHAT = "agent";

export async function checkAgent({ spec, open, signal }: AgentToCheck): Promise<Checked> {
  let name = spec;
  try {
    const agent = await open();
    name = agent.name;
    const kind = name.split(":", 1)[0]!;
    const startedAt = performance.now();
    await agent.probe(signal);
    if (kind === "echo")
      return fine(NAME, WHAT, "echo, built in: says back what it hears", { measured: { agent: name } });
    if (kind === "recording") return fine(NAME, WHAT, `${name}: can be read`, { measured: { agent: name } });
    if (ASKED_BY_PROBE.has(kind)) return answered(name, performance.now() - startedAt, "takes the key");
    const isWebhook = /^\w+:https?:/.test(name) && kind !== "adk-live";
    if (!CALLED.has(kind) || isWebhook)
      return skipped(
        NAME,
        WHAT,
        `${name} was not asked: that would be a call`,
        "To call it: smartpbx-bridge simulate",
      );
    await callAndHangUp(agent, signal);
    return answered(name, performance.now() - startedAt, "takes calls");
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BridgeError) && !isTimeout(error)) throw error;
    return {
      name: NAME,
      what: WHAT,
      value: `${name} would not answer`,
      measured: { agent: name },
      findings: [problem(name, error)],
    };
  }
}

function answered(agent: string, tookMs: number, how: string): Checked {
  const handshakeMs = Math.round(tookMs);
  return fine(NAME, WHAT, `${agent} ${how} (${handshakeMs} ms)`, { measured: { agent, handshakeMs } });
}

async function callAndHangUp(agent: Agent, signal: AbortSignal): Promise<void> {
  const call: CallInfo = {
    callId: `doctor-${randomUUID()}`,
    otherLegCallId: `doctor-${randomUUID()}`,
    accountId: "doctor",
    caller: "+12025550101",
    callee: "+12025550199",
    format: PORTAL_FORMATS.g711_ulaw,
  };
  const { opening, closing } = PROFILES.v06;
  const rawStart = JSON.parse(opening(call)[0]!) as object;
  const leg = await agent.connect({ call, rawStart, emit: () => {}, signal });
  leg.hangup?.(JSON.parse(closing(call, "normal")[0]!) as object);
  leg.close(1000, "only looked whether it answers");
}

function problem(name: string, error: unknown): Problem {
  const isOurs = error instanceof BridgeError;
  return {
    code: isOurs ? error.code : "agent-unreachable",
    severity: "error",
    seen: isOurs ? sentence(error.message) : `The agent ${name} did not answer in time.`,
    why: "A call would be answered and then end at once, without a word.",
    fix: isOurs
      ? sentence(error.fix)
      : "Check its address and that it is running, or allow more with --agent-timeout",
  };
}

function isTimeout(error: unknown): error is Error {
  return error instanceof Error && error.name === "TimeoutError";
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) || /\s(--?\w|\S*=)/.test(text.slice(-40)) ? text : `${text}.`;
}
