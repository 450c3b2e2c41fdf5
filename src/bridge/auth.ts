/** The only authentication SmartPBX offers: a header of the upgrade request, set in the portal. */
import type { IncomingHttpHeaders } from "node:http";
import { sameText } from "../same-text.js";

export interface HeaderAuth {
  /** The header's name; upper and lower case do not matter. */
  readonly header: string;
  readonly token: string;
}

/**
 * Compares in constant time: neither the length nor a common beginning of the token can be measured.
 * An `Authorization` header may carry the token with or without `Bearer`.
 */
export function isAuthorized(headers: IncomingHttpHeaders, auth: HeaderAuth): boolean {
  const given = headers[auth.header.toLowerCase()];
  const value = Array.isArray(given) ? given.join(", ") : (given ?? "");
  const plain = sameText(value, auth.token);
  const bearer = auth.header.toLowerCase() === "authorization" && sameText(value, `Bearer ${auth.token}`);
  return plain || bearer;
}
