/** SmartPBX's call control as a test wants it: a real MCP server over streamable HTTP, made with the SDK's own classes. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { CallToolRequestSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";

export interface Ordered {
  readonly name: string;
  readonly args: unknown;
  readonly session: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** What it does with an order: a result, or an error that becomes a JSON-RPC error. */
export type Behaviour = (order: Ordered, count: number) => CallToolResult | Promise<CallToolResult>;

export const accept: Behaviour = () => ({ content: [{ type: "text", text: "Transfer initiated" }] });

export class CallControl {
  readonly orders: Ordered[] = [];
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  readonly #behaviour: Behaviour;
  /** Answers plain HTTP with this status instead. */
  refuseWith: number | undefined;
  sessionsOpened = 0;

  private constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  static async start(behaviour: Behaviour): Promise<CallControl> {
    const control = new CallControl(behaviour);
    control.#http.listen(0, "127.0.0.1");
    await once(control.#http, "listening");
    return control;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/mcp`;
  }

  get openSessions(): number {
    return this.#sessions.size;
  }

  async close(): Promise<void> {
    for (const transport of this.#sessions.values()) await transport.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.refuseWith !== undefined) {
      response.writeHead(this.refuseWith).end("no");
      return;
    }
    const session = request.headers["mcp-session-id"] as string | undefined;
    const transport = (session !== undefined && this.#sessions.get(session)) || (await this.#open());
    await transport.handleRequest(request, response);
  }

  async #open(): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
      onsessioninitialized: (id) => {
        this.sessionsOpened++;
        this.#sessions.set(id, transport);
      },
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    const server = new Server({ name: "call control", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler(CallToolRequestSchema, (request, { requestInfo, sessionId }) => {
      const { name, arguments: args } = request.params;
      const headers = requestInfo?.headers as IncomingHttpHeaders;
      const order = { name, args, session: sessionId, headers };
      this.orders.push(order);
      return this.#behaviour(order, this.orders.length);
    });
    await server.connect(transport);
    return transport;
  }
}
