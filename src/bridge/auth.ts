/** The only authentication SmartPBX offers: a header of the upgrade request, set in the portal. */
import type { IncomingHttpHeaders } from "node:http";
import { sameText } from "../same-text.js";

export interface HeaderAuth {
  /** The header's name; upper and lower case do not matter. */
  readonly header: string;
  /** Any of them opens: while a token is replaced, the old and the new one do. */
  readonly tokens: readonly string[];
}

/**
 * Compares in constant time: neither the length nor a common beginning of a token can be measured, nor which of them was nearest.
 * An `Authorization` header may carry the token with or without `Bearer`.
 */
export function isAuthorized(headers: IncomingHttpHeaders, { header, tokens }: HeaderAuth): boolean {
  const given = headers[header.toLowerCase()];
  const value = Array.isArray(given) ? given.join(", ") : (given ?? "");
  const takesBearer = header.toLowerCase() === "authorization";
  let isRight = false;
  for (const token of tokens) {
    const plain = sameText(value, token);
    const bearer = sameText(value, `Bearer ${token}`) && takesBearer;
    isRight = plain || bearer || isRight;
  }
  return isRight;
}
