/**
 * Stands in for the part of Twilio's REST API with which agents end and transfer their calls. One listener of this
 * process, for all its calls, on this computer only.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { BridgeError } from "../../errors.js";
import type { StreamIds } from "./dialects.js";
import { findDestination, MAX_TWIML_BYTES, parseTwiml } from "./twiml.js";

export interface RestCall {
  readonly ids: StreamIds;
  readonly from: string;
  readonly to: string;
  hangUp(): void;
  /** Rejects with an error whose message may be told to the agent. */
  transfer(destination: string): Promise<void>;
}

const HOST = "127.0.0.1";
const CALL_PATH = /^\/2010-04-01\/Accounts\/[^/]+\/Calls\/(CA[0-9a-f]{32})(?:\.json)?$/;
/** Form encoding makes three of one. */
const MAX_BODY_BYTES = 4 * MAX_TWIML_BYTES;

const listeners = new Map<number, Promise<RestListener>>();

/** The listener on a port, which is opened when first asked for. @throws BridgeError `port-in-use` or `cannot-listen`. */
export function restListener(port: number): Promise<RestListener> {
  const listening = listeners.get(port) ?? RestListener.open(port);
  listeners.set(port, listening);
  listening.catch(() => listeners.delete(port));
  return listening;
}

export class RestListener {
  readonly #calls = new Map<string, RestCall>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, (request, response) => {
      void this.#answer(request, response);
    });
    // Nothing waits for agents that might still ask.
    this.#server.unref();
  }

  static async open(port: number): Promise<RestListener> {
    const listener = new RestListener();
    try {
      listener.#server.listen(port, HOST);
      await once(listener.#server, "listening");
      return listener;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      throw new BridgeError(
        taken ? "port-in-use" : "cannot-listen",
        `The stand-in for Twilio's REST API cannot listen on port ${port} of ${HOST}`,
        { fix: "Name another port: --agent-option restPort=…", cause: error },
      );
    }
  }

  /** Calls are named by their SIDs. @returns how to take it off again. */
  add(call: RestCall): () => void {
    const { call: sid } = call.ids;
    this.#calls.set(sid, call);
    return () => {
      if (this.#calls.get(sid) === call) this.#calls.delete(sid);
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?", 1)[0];
    const call = this.#calls.get(CALL_PATH.exec(path)?.[1] ?? "");
    if (!call) return say(response, 404, fault(20404, "The requested resource was not found", 404));
    if (request.method === "GET") return say(response, 200, resource(call, "in-progress"));
    if (request.method !== "POST") return say(response, 405, fault(20004, "Method not allowed", 405));
    const form = await readForm(request);
    if (!form) return say(response, 413, fault(20413, "The request is too large or was cut off", 413));
    try {
      say(response, 200, resource(call, await update(call, form)));
    } catch (error) {
      say(response, 400, fault(20001, error instanceof Error ? error.message : "it failed", 400));
    }
  }
}

/** @returns the call's status from now on. */
async function update(call: RestCall, form: URLSearchParams): Promise<string> {
  const status = form.get("Status");
  const verbs = parseTwiml(form.get("Twiml") ?? "");
  const next = status === "completed" || status === "canceled" ? "hang up" : verbs && findDestination(verbs);
  if (next === undefined) {
    throw new Error("only Status=completed, and Twiml with <Hangup> or <Dial>, are possible here");
  }
  if (next === "hang up") {
    call.hangUp();
    return "completed";
  }
  await call.transfer(next.dial);
  return "in-progress";
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return bytes > MAX_BODY_BYTES ? undefined : new URLSearchParams(Buffer.concat(chunks).toString());
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}

function resource({ ids, from, to }: RestCall, status: string): object {
  return {
    sid: ids.call,
    account_sid: ids.account,
    status,
    from,
    to,
    direction: "inbound",
    api_version: "2010-04-01",
    uri: `/2010-04-01/Accounts/${ids.account}/Calls/${ids.call}.json`,
  };
}

function fault(code: number, message: string, status: number): object {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}
