/** The TLS certificate of a host: whether it is accepted, and for how long it is good. */
import { connect, type PeerCertificate } from "node:tls";
import type { Problem } from "../checked.js";

/** Certificates that renew themselves do so a month before. */
export const SOON_DAYS = 14;
const CONNECT_MS = 3000;
const DAY_MS = 24 * 3600_000;

export interface Certificate {
  readonly daysLeft?: number;
  /** Why nobody accepts it. */
  readonly fault?: string;
  /** Why it could not even be seen: nobody listens, or it is not TLS. */
  readonly noConnection?: string;
}

/** Looks at it whether it is accepted or not. Never rejects. */
export function certificateOf(host: string, port: number, signal?: AbortSignal): Promise<Certificate> {
  return new Promise((resolve) => {
    const servername = /^[\d.]+$|:/.test(host) ? undefined : host;
    const socket = connect({ host, port, servername, rejectUnauthorized: false });
    const end = (certificate: Certificate) => {
      socket.destroy();
      resolve(certificate);
    };
    signal?.addEventListener("abort", () => end({ noConnection: "interrupted" }), { once: true });
    socket.setTimeout(CONNECT_MS, () => end({ noConnection: `no TLS within ${CONNECT_MS / 1000} s` }));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end({ noConnection: String(error.code ?? error.message) }),
    );
    socket.once("secureConnect", () => {
      const { valid_to: until } = socket.getPeerCertificate() as Partial<PeerCertificate>;
      const left = until === undefined ? undefined : Math.floor((Date.parse(until) - Date.now()) / DAY_MS);
      const error = socket.authorizationError as unknown as string | Error | undefined;
      const fault = socket.authorized
        ? undefined
        : error instanceof Error
          ? ((error as NodeJS.ErrnoException).code ?? error.message)
          : String(error);
      end({ ...(left !== undefined && { daysLeft: left }), ...(fault !== undefined && { fault }) });
    });
  });
}

export function badCertificate(host: string, fault: string): Problem {
  const reason: Readonly<Record<string, string>> = {
    CERT_HAS_EXPIRED: "it has expired",
    DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
    SELF_SIGNED_CERT_IN_CHAIN: "its chain ends at a certificate that nobody knows",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificates between it and a known one are not sent",
    ERR_TLS_CERT_ALTNAME_INVALID: `it is not for ${host}`,
  };
  return {
    code: "public-certificate",
    severity: "error",
    seen: `The certificate of ${host} is not accepted: ${reason[fault] ?? fault}.`,
    why: "SmartPBX refuses the connection, and callers hear silence.",
    fix: "Get one from a public authority (certbot, caddy), with its whole chain: --tls-cert wants fullchain.pem.",
  };
}

export function endsSoon(days: number): Problem {
  return {
    code: "public-certificate-ends",
    severity: "warning",
    seen: `The certificate is good for ${days} more days.`,
    why: "After that every call is refused.",
    fix: "See why it has not been renewed: certbot renew --dry-run",
  };
}
