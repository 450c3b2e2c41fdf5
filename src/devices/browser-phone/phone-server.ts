/** A server of this computer only, with nothing on it but the browser phone. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BridgeError } from "../../errors.js";
import type { BrowserPhone } from "./browser-phone.js";

export interface PhoneServer {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  close(): Promise<void>;
}

export const PHONE_HOST = "127.0.0.1";

/** Listens on a free port. @throws BridgeError `cannot-listen` */
export async function servePhone(phone: BrowserPhone): Promise<PhoneServer> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000 }, (request, response) => {
    if (!phone.request(request, response)) response.writeHead(404, { "Content-Length": 0 }).end();
  });
  server.on("upgrade", (request, socket, head) => {
    if (!phone.upgrade(request, socket, head)) socket.destroy();
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `the browser phone cannot listen on ${PHONE_HOST}: ${cause.message}`;
      reject(
        new BridgeError("cannot-listen", message, {
          fix: "check that this computer lets programs listen",
          cause,
        }),
      );
    });
    server.listen(0, PHONE_HOST, () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://${PHONE_HOST}:${port}`,
    async close() {
      phone.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
