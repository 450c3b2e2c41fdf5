/** The settings that two servers share: who may call, and the certificate. */
import type { Environment } from "../../config/headers.js";
import { BridgeError } from "../../errors.js";

export interface Auth {
  readonly header: string;
  /** Secret. */
  readonly token: string;
}

export interface Tls {
  readonly certFile: string;
  readonly keyFile: string;
}

/** @throws BridgeError `missing-token` when a header is asked for and SMARTPBX_TOKEN is not set. */
export function readAuth(header: string | undefined, env: Environment): Auth | undefined {
  if (header === undefined) return undefined;
  const token = env.SMARTPBX_TOKEN;
  if (token) return { header, token };
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
