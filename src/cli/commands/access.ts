/** The settings that two servers share: who may call, and the certificate. */
import type { Environment } from "../../config/headers.js";
import { BridgeError } from "../../errors.js";

export interface Auth {
  readonly header: string;
  /** Each of them opens. Secret. */
  readonly tokens: readonly string[];
  /** The first, with which we call ourselves. Secret. */
  readonly token: string;
}

export interface Tls {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * In SMARTPBX_TOKEN stands one token, or several, one a line: while one is replaced, the old and the new are taken.
 * @throws BridgeError `missing-token` when a header is asked for and SMARTPBX_TOKEN is not set.
 */
export function readAuth(header: string | undefined, env: Environment): Auth | undefined {
  if (header === undefined) return undefined;
  const lines = (env.SMARTPBX_TOKEN ?? "").split("\n").map((line) => line.trim());
  const tokens = lines.filter((line) => line !== "");
  if (tokens[0] !== undefined) return { header, tokens, token: tokens[0] };
  throw new BridgeError(
    "missing-token",
    `--auth-header ${header} needs a token to compare with, and SMARTPBX_TOKEN is not set`,
    {
      fix: 'Choose one: export SMARTPBX_TOKEN="$(openssl rand -hex 32)"',
    },
  );
}

export function readTls(certFile: string | undefined, keyFile: string | undefined): Tls | undefined {
  return certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined;
}
