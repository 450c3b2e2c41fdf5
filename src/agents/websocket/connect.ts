/** Connects one call to an agent of the generic kind, whatever words it has for things. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import { Payload } from "../../audio/payload.js";
import type { Leg } from "../../call/leg.js";
import type { CallInfo } from "../../protocol/messages.js";
import type { ConnectContext } from "../agent.js";
import type { ToolSpec } from "../tools.js";
import { AgentSocket } from "../wire/socket.js";
import { warnOnce } from "../wire/warn-once.js";
import type { WireNames } from "./names.js";
import { WebsocketWire } from "./wire.js";

/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const JSON_GROWTH = 1.5;

export interface WebsocketSettings {
  /** A checked address, filled in. */
  readonly url: string;
  readonly names: WireNames;
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  readonly framing: "binary" | "json";
  readonly greeting: string | undefined;
  /** Whether the first message lists the tools that the agent may call. */
  readonly offerTools: boolean;
  /** What stands in the first message instead of the usual. */
  readonly start?: (call: CallInfo, tools: readonly ToolSpec[]) => object;
}

export async function connectWebsocket(
  {
    headers,
    call,
    tools,
    emit,
    signal,
  }: Pick<ConnectContext, "headers" | "call" | "tools" | "emit" | "signal">,
  { url, names, hears, speaks, framing, greeting, offerTools, start }: WebsocketSettings,
): Promise<Leg> {
  const json = framing === "json";
  const msPerByte = 1 / bytesPerMs(hears);
  const warn = warnOnce(emit);
  const wire = new WebsocketWire(names);
  const socket: AgentSocket = new AgentSocket({
    url,
    headers,
    signal,
    bytesPerMs: bytesPerMs(hears) * (json ? JSON_GROWTH : 1),
    emit,
    onText(text) {
      const event = wire.read(text);
      if (event === "unknown") warn("agent-message", UNKNOWN);
      else if (event?.type === "end") socket.end("the agent ended the conversation");
      else if (event) emit(event);
    },
    onBytes: (bytes) => emit({ type: "audio", payload: Payload.fromBytes(bytes) }),
  });
  const send = (message: string | undefined) => {
    if (message !== undefined) socket.sendControl(message);
  };
  await socket.opened;
  const { callId, caller, callee, accountId } = call;
  const usual = { callId, caller, callee, accountId, hears, speaks, ...(offerTools && { tools }) };
  send(wire.start({ ...(start?.(call, tools) ?? usual) }));
  if (greeting) send(wire.greeting(greeting));
  return {
    hears,
    speaks,
    send(audio) {
      const { bytes } = audio;
      socket.sendAudio(json ? wire.audio(audio) : bytes, bytes.length * msPerByte);
    },
    dtmf: (digit) => send(wire.dtmf(digit)),
    interrupt: (heardMs) => send(wire.interrupted(heardMs)),
    marked: (name) => send(wire.marked(name)),
    toolResult: (id, output, isError) => send(wire.toolResult(id, output, isError)),
    close(code, reason) {
      send(wire.end());
      socket.close(code, reason);
    },
  };
}

const UNKNOWN = "the agent sent a text message that this wire does not have; it was ignored";
