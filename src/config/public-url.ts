/** Reads the address at which the outside world reaches us. */
import { BadValue } from "./bad-value.js";

/**
 * `https://` and `wss://` mean the same here.
 * @returns `wss://HOST` with the path and query that were given, without a `/` that stands alone.
 * @throws BadValue that does not repeat the address: its query may hold a key.
 */
export function parsePublicUrl(text: string): string {
  const given = text.trim();
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "ws:")
    throw new BadValue(`SmartPBX wants TLS, and the address begins with ${url.protocol}//`, {
      instead: `wss://${url.host}`,
    });
  if (url?.protocol !== "https:" && url?.protocol !== "wss:")
    throw new BadValue("that is not a wss:// or https:// address", { instead: "wss://pbx.example.com" });
  if (url.username || url.password || url.hash)
    throw new BadValue("the address cannot hold a user, a password or a #fragment", {
      instead: `wss://${url.host}`,
    });
  return `wss://${url.host}${url.pathname === "/" ? "" : url.pathname}${url.search}`;
}
