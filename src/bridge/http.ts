/** The HTTP requests beside the media socket: health, metrics, and the SbxML answer that points SmartPBX at the socket. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { sbxml } from "../protocol/sbxml.js";
import type { Totals } from "./totals.js";

export interface HttpContext {
  readonly path: string;
  readonly tls: boolean;
  readonly totals: Totals;
  readonly isDraining: () => boolean;
  readonly calls: () => number;
}

export function answerHttp(context: HttpContext): RequestListener {
  return (request, response) => {
    // The bodies of these requests mean nothing to us; they are read away and never kept.
    request.resume();
    const path = (request.url ?? "/").split("?", 1)[0];
    if (path === "/health" && isRead(request)) health(context, response);
    else if (path === "/metrics" && isRead(request)) {
      reply(response, 200, "text/plain; version=0.0.4", context.totals.text(context.calls()));
    } else if (path === "/" && request.method === "POST") {
      reply(response, 200, "application/xml", sbxml(streamUrl(context, request)));
    } else if (path === context.path) {
      response.setHeader("Upgrade", "websocket");
      reply(response, 426, "text/plain", "This is a WebSocket endpoint for SmartPBX.\n");
    } else reply(response, 404, "text/plain", "Not found.\n");
  };
}

function isRead(request: IncomingMessage): boolean {
  return request.method === "GET" || request.method === "HEAD";
}

function health(context: HttpContext, response: ServerResponse): void {
  const draining = context.isDraining();
  const body = { version: 1, status: draining ? "draining" : "ok", calls: context.calls() };
  reply(response, draining ? 503 : 200, "application/json", `${JSON.stringify(body)}\n`);
}

/** SmartPBX connects to the host it asked; behind a proxy or a tunnel that host is reached over TLS. */
function streamUrl({ path, tls }: HttpContext, request: IncomingMessage): string {
  const host = request.headers.host ?? "localhost";
  const proxied = request.headers["x-forwarded-proto"];
  const local = /^(localhost|127\.|\[::1\])/.test(host);
  const secure = tls || (proxied === undefined ? !local : proxied === "https" || proxied === "wss");
  return `${secure ? "wss" : "ws"}://${host}${path}`;
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}
