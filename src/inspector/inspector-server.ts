/** A server of this computer only, with nothing on it but the inspector. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { BridgeError } from "../errors.js";
import type { Inspector } from "./inspector.js";

export interface InspectorServer {
  /** `http://127.0.0.1:8081` */
  readonly url: string;
  close(): Promise<void>;
}

/** Whatever address the calls come to. */
const HOST = "127.0.0.1";

/**
 * Listens on a port that is the same after a restart, so that a page that is open finds it again, or else on any free one.
 * @throws BridgeError `cannot-listen`
 */
export async function serveInspector(inspector: Inspector, wantedPort: number): Promise<InspectorServer> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000 }, (request, response) =>
    inspector.request(request, response),
  );
  server.on("upgrade", (request, socket, head) => inspector.upgrade(request, socket, head));
  const port = await listen(server, wantedPort)
    .catch(() => listen(server, 0))
    .catch((cause: Error) => {
      const message = `the inspector cannot listen on ${HOST}: ${cause.message}`;
      const fix = "check that this computer lets programs listen";
      throw new BridgeError("cannot-listen", message, { fix, cause });
    });
  return {
    url: `http://${HOST}:${port}`,
    async close() {
      await inspector.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
