/** The address of whoever knocks: of the socket, or what a proxy that is trusted says of the caller it speaks for. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { type Address, type AddressRange, isWithinAny, readAddress } from "../addresses.js";

/**
 * Each proxy writes at the end of `X-Forwarded-For` whom it was asked by. Read from the end, the first address that is no trusted
 * proxy is the caller; what stands before it anybody may have made up.
 * @returns undefined where that cannot be told: a trusted proxy named something that is no address.
 */
export function peerAddress(
  { socket, headers }: Pick<IncomingMessage, "socket" | "headers">,
  trustedProxies: readonly AddressRange[],
): Address | undefined {
  let address = readAddress(socket.remoteAddress ?? "");
  const hops = [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
  for (let hop = hops.pop()?.trim(); address && hop; hop = hops.pop()?.trim()) {
    if (!isWithinAny(address, trustedProxies)) return address;
    address = readAddress(withoutPort(hop));
  }
  return address;
}

/** Some proxies write `192.0.2.1:5060`, `[2001:db8::1]` or `[2001:db8::1]:5060`. */
function withoutPort(hop: string): string {
  if (isIP(hop) !== 0) return hop;
  return hop.replace(/:\d{1,5}$/, "").replace(/^\[(.*)\]$/, "$1");
}
