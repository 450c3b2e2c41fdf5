/** `--metrics`: Prometheus and probes asked at an address of their own, away from the port that the world can reach. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BridgeError } from "../errors.js";
import { answerMetrics, answerProbe, reply } from "./probes.js";
import type { Overview } from "./together.js";

export interface MetricsServer {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
  close(): Promise<void>;
}

/** @throws BridgeError `port-in-use`, `cannot-listen` */
export async function startMetricsServer(
  overview: Overview,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000 }, (request, response) => {
    request.resume();
    if (answerMetrics(overview, request, response) || answerProbe(overview, request, response)) return;
    reply(response, 404, "text/plain", "Not found. Ask for /metrics, /ready or /live.\n");
  });
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(failure(host, port, cause)));
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/metrics`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function failure(host: string, port: number, cause: NodeJS.ErrnoException): BridgeError {
  if (cause.code === "EADDRINUSE")
    return new BridgeError("port-in-use", `port ${port} on ${host} is already in use`, {
      fix: `stop the program that listens there, or give metrics another port: --metrics ${port + 1}`,
      cause,
    });
  return new BridgeError("cannot-listen", `cannot listen on ${host} port ${port} (${cause.code})`, {
    fix: "give an address of this computer and a port above 1023, as --metrics 127.0.0.1:9464",
    cause,
  });
}
