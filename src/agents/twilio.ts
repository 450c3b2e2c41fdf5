/** An agent made for Twilio Media Streams, unchanged: we are Twilio, at its webhook or directly at its WebSocket. */
import type { Leg, LegEvent } from "../call/leg.js";
import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { defineAgent } from "./agent.js";
import { type StreamIds, TWILIO } from "./twilio/dialects.js";
import { callParameters, streamIds } from "./twilio/ids.js";
import { restListener } from "./twilio/rest.js";
import { openStream, ULAW } from "./twilio/stream.js";
import { askWebhook, signature, withoutCredentials } from "./twilio/webhook.js";

export const twilio = defineAgent({
  name: "twilio",
  summary: "an agent made for Twilio Media Streams: its WebSocket, or the webhook that answers with TwiML",
  url: "required",
  schemes: ["ws", "wss", "http", "https"],
  example: "twilio:wss://agent.example.com/media-stream",
  options: {
    parameters: {
      type: "string",
      help: "more customParameters for the agent, as name=value&name=value",
    },
    accountSid: {
      type: "string",
      help: "the Twilio account that the agent takes calls of; left out, one is made up",
    },
    restPort: {
      type: "number",
      default: 0,
      min: 0,
      max: 65_535,
      help: "port of this computer that stands in for Twilio's REST API, so that agents can hang up and transfer; 0 for none",
    },
  },
  checkOptions({ accountSid }) {
    if (accountSid === undefined || /^AC[0-9a-f]{32}$/.test(accountSid)) return;
    throw new BridgeError("bad-agent-option", 'The option "accountSid" of twilio must be an account SID', {
      fix: "An account SID is AC and 32 digits or letters a to f",
    });
  },
  async probe({ options: { restPort } }) {
    if (restPort > 0) await restListener(restPort);
  },
  async connect({ options, url, headers, call, env, emit, signal }): Promise<Leg> {
    const rest = options.restPort > 0 ? await restListener(options.restPort) : undefined;
    const made = streamIds(TWILIO, call);
    const ids = { ...made, account: options.accountSid ?? made.account };
    const token = env.TWILIO_AUTH_TOKEN;
    const asked = /^https?:/.test(url as string)
      ? await askWebhook({ url: url as string, form: webhookForm(call, ids), headers, token, signal })
      : undefined;
    if (asked && asked.ignored.length > 0) {
      const names = asked.ignored.map((name) => `<${name}>`).join(", ");
      emit({
        type: "warning",
        code: "twiml-ignored",
        message: `TwiML that is not carried out: ${names}`.slice(0, 200),
      });
    }
    const address = asked?.url ?? (url as string);
    const upgradeHeaders = {
      // Whoever else the webhook names does not get what was meant for it.
      ...(sameHost(address, url as string) && headers),
      ...(token && { "x-twilio-signature": signature(token, withoutCredentials(address).href) }),
    };
    const more = Object.fromEntries(new URLSearchParams(options.parameters));
    const parameters = { ...(asked?.parameters ?? callParameters(call)), ...more };
    const requests = new Requests(emit);
    let forget: (() => void) | undefined;
    const leg = await openStream({
      dialect: TWILIO,
      start: { ids, call, parameters, format: ULAW },
      url: address,
      headers: upgradeHeaders,
      signal,
      emit,
      onToolResult: (id, output, isError) => requests.answer(id, output, isError),
      onEnd() {
        forget?.();
        requests.end();
      },
    });
    forget = rest?.add({
      ids,
      from: call.caller,
      to: call.callee,
      hangUp: () => requests.hangUp(),
      transfer: (destination) => requests.transfer(destination),
    });
    return leg;
  },
});

/** What Twilio posts to a webhook when a call comes in. */
function webhookForm({ caller, callee }: CallInfo, ids: StreamIds): Record<string, string> {
  return {
    AccountSid: ids.account,
    ApiVersion: "2010-04-01",
    CallSid: ids.call,
    CallStatus: "ringing",
    Called: callee,
    Caller: caller,
    Direction: "inbound",
    From: caller,
    To: callee,
  };
}

function sameHost(a: string, b: string): boolean {
  return new URL(a).host === new URL(b).host;
}

/** What the agent asks for beside its stream: told as tool calls, so that the call carries them out as any other. */
class Requests {
  readonly #emit: (event: LegEvent) => void;
  readonly #waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  #count = 0;

  constructor(emit: (event: LegEvent) => void) {
    this.#emit = emit;
  }

  hangUp(): void {
    // Who hangs up has nothing more to say.
    this.#emit({ type: "turn-ended" });
    this.#emit({ type: "tool-call", id: this.#nextId(), name: "hang_up", args: {} });
  }

  transfer(destination: string): Promise<void> {
    const id = this.#nextId();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#emit({ type: "tool-call", id, name: "transfer_call", args: { destination } });
    });
  }

  answer(id: string, output: string, isError: boolean): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (isError) waiting?.reject(new Error(output));
    else waiting?.resolve();
  }

  /** The call is over: a transfer often ends it. */
  end(): void {
    for (const { resolve } of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  #nextId(): string {
    return `rest-${++this.#count}`;
  }
}
