/** Tools to test with, and a call that uses them as a call does. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ToolRunner } from "../../src/agents/tools.js";
import type { Destination, HttpRoute } from "../../src/tools/config.js";
import { callInfo } from "../agents/call.js";

export const SALES: ReadonlyMap<string, Destination> = new Map([
  ["sales", { number: "+12025550123" }],
  ["support", { number: "+12025550145", description: "technical questions" }],
]);

export const never = new AbortController().signal;

/** Runs a tool as a call does: a failure is an answer too. */
export async function run(
  runner: ToolRunner,
  name: string,
  args: Readonly<Record<string, unknown>>,
  call = callInfo(),
  signal = never,
): Promise<{ failed: boolean; output: string }> {
  try {
    return { failed: false, output: await runner.run(name, args, call, signal) };
  } catch (error) {
    return { failed: true, output: (error as Error).message };
  }
}

export interface Hooked {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A real HTTP endpoint that keeps what it gets. */
export class Hook {
  readonly requests: Hooked[] = [];
  readonly #server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    this.requests.push({ method: request.method, headers: request.headers, body });
    this.#answer(response);
  });
  readonly #answer: (response: ServerResponse) => void;

  private constructor(answer: (response: ServerResponse) => void) {
    this.#answer = answer;
  }

  static async start(answer: (response: ServerResponse) => void): Promise<Hook> {
    const hook = new Hook(answer);
    hook.#server.listen(0, "127.0.0.1");
    await once(hook.#server, "listening");
    return hook;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?key=planted-in-the-address`;
  }

  get route(): HttpRoute {
    return { type: "http", url: this.url, method: "POST", headers: { "X-Key": "planted" }, timeoutMs: 5000 };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
