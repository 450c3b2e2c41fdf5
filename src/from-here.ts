/** Whether a request was made on this very computer, and not in the world by way of a proxy or a tunnel that runs here. */
import type { IncomingMessage } from "node:http";

const LOOPBACK_ADDRESS = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const OWN_HOST = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)(:\d+)?$/i;
/** What proxies and tunnels add: behind them is somebody else. */
const PASSED_ON = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/**
 * A page of a site that a browser of this computer shows is not from here: it would send that site's host.
 * @param unnamed the host that is meant by whoever names none, as HTTP/1.0 allows; without one they are refused.
 */
export function isFromHere(
  { socket, headers }: Pick<IncomingMessage, "socket" | "headers">,
  unnamed = "",
): boolean {
  const { host = unnamed } = headers;
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? "") &&
    OWN_HOST.test(host) &&
    // Neither `127.0.0.999` nor `localhost:99999` is a host.
    URL.canParse(`http://${host}/`) &&
    PASSED_ON.every((name) => headers[name] === undefined)
  );
}
