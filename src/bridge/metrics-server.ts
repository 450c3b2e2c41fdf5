/** `--metrics`: Prometheus and probes asked at an address of their own, away from the port that the world can reach. */
import { createServer } from "node:http";
import { bracketed, listen } from "./listen.js";
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
  const listening = await listen(
    server,
    { host, port },
    {
      inUse: `stop the program that listens there, or give metrics another port: --metrics ${port + 1}`,
      refused: "give an address of this computer and a port above 1023, as --metrics 127.0.0.1:9464",
    },
  );
  return {
    url: `http://${bracketed(host)}:${listening}/metrics`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
