/** Listening at an address, what people are told where that cannot be, and how its host stands in a URL. */
import type { AddressInfo, Server } from "node:net";
import { BridgeError } from "../errors.js";

/** What to do about it. */
export interface ListenFixes {
  readonly inUse: string;
  /** The address is none of this computer's, or the port none that this user may have. */
  readonly refused: string;
}

/** Resolves with the port, which for 0 is any free one. @throws BridgeError `port-in-use`, `cannot-listen` */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  { inUse, refused }: ListenFixes,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code === "EADDRINUSE") {
        const message = `port ${port} on ${host} is already in use`;
        reject(new BridgeError("port-in-use", message, { fix: inUse, cause }));
      } else {
        const message = `cannot listen on ${host} port ${port} (${cause.code})`;
        reject(new BridgeError("cannot-listen", message, { fix: refused, cause }));
      }
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** IPv6 stands in brackets before a port. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The host of a URL to connect to: a wildcard address is reached through loopback. */
export function nearHost(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "127.0.0.1" : bracketed(host);
}
