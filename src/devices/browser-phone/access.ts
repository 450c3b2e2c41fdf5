/** Who may use the browser phone: a page of our own origin that came with the link's token, which opens the phone once. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { sameText } from "../../same-text.js";

/** `opened`: `key` is what the page shows from now on. `used`: this link has opened the phone before. */
export type Admission =
  | { readonly state: "opened"; readonly key: string }
  | { readonly state: "used" }
  | { readonly state: "refused" };

export class PhoneAccess {
  #token: string;
  readonly #used = new Set<string>();
  #key: string | undefined;

  constructor() {
    this.#token = secret();
  }

  /** Stands in the link behind `#`, which browsers keep to themselves. Secret. */
  get token(): string {
    return this.#token;
  }

  /** Exchanges a token for a key, once. The key of the page before is worth nothing from then on. */
  open(token: string): Admission {
    if (this.#used.has(token)) return { state: "used" };
    if (!sameText(token, this.#token)) return { state: "refused" };
    this.#used.add(token);
    this.#key = secret();
    return { state: "opened", key: this.#key };
  }

  /** Whether a page that was opened before may go on, for example after it was loaded again. */
  admits(key: string): boolean {
    return this.#key !== undefined && sameText(key, this.#key);
  }

  /** A new link, when the one before has been used. */
  renew(): void {
    this.#token = secret();
  }
}

/** What is wrong with where a request comes from; undefined when nothing is. */
export type ForeignRequest = "host" | "origin";

/**
 * A name in `Host` could be anybody's that leads here (DNS rebinding), so it has to be one we know: an IP address, `localhost`
 * or the address we listen on. The port may be another one: tunnels and containers change it.
 */
export function foreignHost(request: IncomingMessage, ownHost: string): "host" | undefined {
  const { host = "" } = request.headers;
  if (!URL.canParse(`http://${host}/`)) return "host";
  const { hostname } = new URL(`http://${host}/`);
  const isAddress = isIP(hostname) !== 0 || (hostname.startsWith("[") && hostname.endsWith("]"));
  return isAddress || hostname === "localhost" || hostname === ownHost.toLowerCase() ? undefined : "host";
}

/** What a page does, as opposed to what a browser is pointed at, must come from a page that we served. */
export function foreignRequest(
  request: IncomingMessage,
  own: { readonly host: string; readonly tls: boolean },
): ForeignRequest | undefined {
  if (foreignHost(request, own.host)) return "host";
  const { origin, host = "" } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return "origin";
  return origin === new URL(`${own.tls ? "https" : "http"}://${host}`).origin ? undefined : "origin";
}

function secret(): string {
  return randomBytes(24).toString("base64url");
}
