/** Whether a request comes from this computer itself, and not from the world by way of a proxy or a tunnel that runs here. */
import type { IncomingMessage } from "node:http";

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const OUR_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
/** What proxies and tunnels add. */
const PASSED_ON = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/** A page in a browser of this computer cannot ask either: it would send its own host. */
export function isAskedHere({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): boolean {
  return (
    LOOPBACK.test(socket.remoteAddress ?? "") &&
    OUR_HOST.test(headers.host ?? "localhost") &&
    PASSED_ON.every((name) => headers[name] === undefined)
  );
}
