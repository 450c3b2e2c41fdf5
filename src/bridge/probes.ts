/** What balancers, orchestrators and Prometheus ask: does it live, may calls come, what has it counted. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { EXPOSITION_TYPE } from "../monitoring/exposition.js";
import type { Overview } from "./together.js";

/**
 * `/live`: 200 as long as the process answers. `/ready` and `/health`: 503 while it drains.
 * @returns false when something else was asked.
 */
export function answerProbe(overview: Overview, request: IncomingMessage, response: ServerResponse): boolean {
  const path = pathOf(request);
  if (path === "/live") reply(response, 200, "application/json", line({ status: "alive" }));
  else if (path === "/ready" || path === "/health") void tell();
  else return false;
  return true;

  async function tell(): Promise<void> {
    const { isDraining, calls } = await overview.house();
    const well = path === "/ready" ? "ready" : "ok";
    const body = line({ status: isDraining ? "draining" : well, calls });
    reply(response, isDraining ? 503 : 200, "application/json", body);
  }
}

/** `/metrics`. @returns false when something else was asked. */
export function answerMetrics(
  overview: Overview,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (pathOf(request) !== "/metrics") return false;
  void Promise.resolve(overview.metrics()).then((text) => reply(response, 200, EXPOSITION_TYPE, text));
  return true;
}

export function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

/** Of a request that only reads. */
function pathOf({ method, url = "/" }: IncomingMessage): string | undefined {
  return method === "GET" || method === "HEAD" ? url.split("?", 1)[0] : undefined;
}

function line(document: object): string {
  return `${JSON.stringify({ version: 1, ...document })}\n`;
}
