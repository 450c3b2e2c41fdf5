/** The server's sockets: plain, or TLS 1.2 and newer with a certificate that may be renewed while calls run. */
import { readFileSync, statSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Clock, Timer } from "../clock.js";
import { BridgeError } from "../errors.js";

export interface TlsFiles {
  /** PEM, with the whole chain. */
  readonly certFile: string;
  readonly keyFile: string;
}

const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
};
/** As RFC 9325 asks for; Node's own default, made ours so that `NODE_OPTIONS` cannot lower it. */
const OLDEST = "TLSv1.2";
/** How often the files are looked at: programs that renew certificates do so weeks ahead. */
const LOOK_EVERY_MS = 60_000;

/** @throws BridgeError when a file cannot be read, or the two do not belong together. */
export function createServer(files: TlsFiles | undefined): Server {
  if (!files) return createHttpServer(TIMEOUTS);
  return createHttpsServer({ ...TIMEOUTS, handshakeTimeout: TIMEOUTS.headersTimeout, ...contextOf(files) });
}

/**
 * Takes a new certificate when its files change; connections that are open keep theirs. Files that cannot be used, for example
 * because only one of them has been written so far, are looked at again.
 * @param told once for each change that cannot be used
 */
export function renewing(
  server: Server,
  files: TlsFiles,
  clock: Clock,
  told: (error: BridgeError) => void,
): Timer {
  let used = stateOf(files);
  let complainedOf: string | undefined;
  const look = () => {
    timer = clock.setTimer(look, LOOK_EVERY_MS);
    const state = stateOf(files);
    if (state === used) return;
    try {
      (server as ReturnType<typeof createHttpsServer>).setSecureContext(contextOf(files));
      used = state;
      complainedOf = undefined;
    } catch (error) {
      if (complainedOf !== state && error instanceof BridgeError) told(error);
      complainedOf = state;
    }
  };
  let timer = clock.setTimer(look, LOOK_EVERY_MS);
  return { cancel: () => timer.cancel() };
}

function contextOf({ certFile, keyFile }: TlsFiles): SecureContextOptions {
  const context = {
    cert: read(certFile, "--tls-cert"),
    key: read(keyFile, "--tls-key"),
    minVersion: OLDEST,
  } as const;
  try {
    createSecureContext(context);
    return context;
  } catch (cause) {
    const message = "the TLS certificate and key cannot be used together";
    throw new BridgeError("bad-flag", message, {
      fix: "check that --tls-cert and --tls-key are PEM files that belong together",
      cause,
    });
  }
}

function read(file: string, flag: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new BridgeError("cannot-read", `cannot read ${file}`, {
      fix: `give ${flag} a readable PEM file`,
      cause,
    });
  }
}

/** Changes when one of the files does. A link to another file, as certbot makes it, is followed. */
function stateOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile]
    .map((file) => {
      try {
        const { ino, mtimeMs, size } = statSync(file);
        return `${ino}/${mtimeMs}/${size}`;
      } catch {
        return "none";
      }
    })
    .join(" ");
}
