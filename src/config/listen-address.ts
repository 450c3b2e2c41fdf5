/** Reads where a server is to listen: a port, with or without an address before it. */
import { isIP } from "node:net";
import { BadValue } from "./bad-value.js";

export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

const LOOPBACK = "127.0.0.1";
const MAX_PORT = 65_535;

/** `9464`, `0.0.0.0:9464`, `[::]:9464` or `localhost:9464`; a port alone is on this computer only. @throws BadValue */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(\[[0-9a-f:.]+\]|[a-z0-9.-]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > MAX_PORT)
    throw new BadValue(`${JSON.stringify(text)} is not a port, nor an address and a port`, {
      instead: "127.0.0.1:9464",
    });
  const host = match[1] ?? LOOPBACK;
  if (!host.startsWith("[")) return { host, port };
  const bare = host.slice(1, -1);
  if (isIP(bare) === 6) return { host: bare, port };
  throw new BadValue(`${JSON.stringify(host)} is not an address of IPv6`, { instead: "[::]:9464" });
}
