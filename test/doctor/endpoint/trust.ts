/** A certificate that is trusted for a while: NODE_EXTRA_CA_CERTS is read only when Node starts. */
import { X509Certificate } from "node:crypto";
import tls from "node:tls";

const DAY_MS = 24 * 3600 * 1000;

/** @returns what ends the trust. */
export function trust(certificate: string): () => void {
  const { createSecureContext } = tls;
  tls.createSecureContext = (options = {}) =>
    createSecureContext({ ...options, ca: [...tls.rootCertificates, certificate] });
  return () => {
    tls.createSecureContext = createSecureContext;
  };
}

/** @returns the wall time, ms since 1970, at which it is good for so many whole days. */
export function daysBeforeEnd(days: number, certificate: string): number {
  return Date.parse(new X509Certificate(certificate).validTo) - (days + 0.5) * DAY_MS;
}
