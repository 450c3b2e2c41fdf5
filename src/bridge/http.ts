/** The HTTP requests beside the media socket: probes, metrics, and the SbxML answer that points SmartPBX at the socket. */
import type { IncomingMessage, RequestListener } from "node:http";
import { isFromHere } from "../from-here.js";
import { sbxml } from "../protocol/sbxml.js";
import { answerMetrics, answerProbe, reply } from "./probes.js";
import type { Overview } from "./together.js";

export interface HttpContext {
  readonly path: string;
  readonly tls: boolean;
  readonly overview: Overview;
  readonly publicUrl: () => string | undefined;
}

export function answerHttp(context: HttpContext): RequestListener {
  return (request, response) => {
    // The bodies of these requests mean nothing to us; they are read away and never kept.
    request.resume();
    const path = (request.url ?? "/").split("?", 1)[0];
    if (answerProbe(context.overview, request, response)) return;
    // The media port is open to the world, and what a server does is not the world's business.
    if (isFromHere(request, "localhost") && answerMetrics(context.overview, request, response)) return;
    if (path === "/" && request.method === "POST") {
      reply(response, 200, "application/xml", sbxml(context.publicUrl() ?? streamUrl(context, request)));
    } else if (path === context.path) {
      response.setHeader("Upgrade", "websocket");
      reply(response, 426, "text/plain", "This is a WebSocket endpoint for SmartPBX.\n");
    } else reply(response, 404, "text/plain", "Not found.\n");
  };
}

/**
 * SmartPBX connects to the host it asked; behind a proxy or a tunnel that host is reached over TLS. Whoever asks with false headers
 * is told what they said, and nobody else is.
 */
function streamUrl({ path, tls }: HttpContext, { headers }: IncomingMessage): string {
  const asked = headers.host ?? "localhost";
  // A proxy that asks us under our local name tells in another header what it was asked itself.
  const host = LOCAL.test(asked) ? (forwarded(headers["x-forwarded-host"], HOST) ?? asked) : asked;
  const proxied = forwarded(headers["x-forwarded-proto"], /^[a-z]+$/i);
  const secure = tls || (proxied === undefined ? !LOCAL.test(host) : /^(https|wss)$/i.test(proxied));
  return `${secure ? "wss" : "ws"}://${host}${path}`;
}

const LOCAL = /^(localhost|127\.|\[::1\])/;
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** What the proxy nearest to the caller added, where several stand in a row, if it looks like what it should be. */
function forwarded(header: string | string[] | undefined, form: RegExp): string | undefined {
  const first = String(header ?? "")
    .split(",", 1)[0]!
    .trim();
  return form.test(first) ? first : undefined;
}
