/** Whether a request was made on this very computer: the inspector answers no other, whatever stands before it. */
import type { IncomingMessage } from "node:http";

const LOOPBACK_ADDRESS = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOOPBACK_NAME = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;
/** What proxies and tunnels add: behind them is somebody else. */
const PASSED_ON = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

export function isFromHere({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): boolean {
  const { host = "" } = headers;
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? "")) return false;
  if (!URL.canParse(`http://${host}/`) || !LOOPBACK_NAME.test(new URL(`http://${host}/`).hostname))
    return false;
  return !PASSED_ON.some((name) => headers[name] !== undefined);
}
