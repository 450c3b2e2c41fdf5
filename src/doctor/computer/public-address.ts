/** Whether SmartPBX reaches this server from outside: the name, the certificate, our own /health, and the WebSocket. */
import { lookup } from "node:dns/promises";
import { connect, type PeerCertificate } from "node:tls";
import { BridgeError } from "../../errors.js";
import { dial, shownUrl } from "../../pbx/dial.js";
import { healthFault, healthUrl } from "../../tunnel/reach.js";
import { type Checked, type Problem, skipped } from "../checked.js";

export interface AddressToCheck {
  /** As `--public-url` has it. */
  readonly publicUrl: string | undefined;
  /** Of the media socket. */
  readonly path: string;
  /** What `--auth-header` wants. Secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const NAME = "public-address";
const WHAT = "public address";
const CONNECT_MS = 3000;
const DAY_MS = 24 * 3600_000;
/** Certificates that renew themselves do so a month before. */
const SOON_DAYS = 14;
const LOCAL = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[?::1|0\.0\.0\.0)/;

export async function checkPublicAddress(address: AddressToCheck): Promise<Checked> {
  const { publicUrl, path, headers, signal } = address;
  if (publicUrl === undefined)
    return skipped(
      NAME,
      WHAT,
      "none is configured",
      "SmartPBX needs wss:// from outside: serve --tunnel cloudflared, or --public-url wss://HOST",
    );
  const url = new URL(publicUrl);
  if (url.pathname === "/") url.pathname = path;
  const shown = shownUrl(url.href);
  const measured: Record<string, unknown> = { url: shown };
  const findings: Problem[] = [];
  const facts: string[] = [];
  if (url.protocol !== "wss:") findings.push(notSecure(shown));
  const addresses = await addressesOf(url.hostname);
  if (addresses.length === 0)
    return { name: NAME, what: WHAT, value: shown, measured, findings: [...findings, noName(url.hostname)] };
  measured.addresses = addresses;
  const isLocal = addresses.every((one) => LOCAL.test(one));
  const [certificate, health, upgrade] = await Promise.all([
    url.protocol === "wss:" ? certificateOf(url) : undefined,
    healthFault(healthUrl(url.href, path)),
    upgradeFault(url.href, headers, signal),
  ]);
  signal.throwIfAborted();
  if (certificate) {
    measured.certificateDaysLeft = certificate.daysLeft ?? null;
    if (certificate.fault !== undefined) findings.push(badCertificate(url.hostname, certificate.fault));
    else facts.push(`certificate good for ${certificate.daysLeft} days`);
    if (certificate.fault === undefined && (certificate.daysLeft ?? 0) < SOON_DAYS)
      findings.push(endsSoon(certificate.daysLeft ?? 0));
  }
  // Without a good certificate nothing else can work, and saying so twice helps nobody.
  if (certificate?.fault === undefined) {
    if (health !== undefined) findings.push(noHealth(healthUrl(url.href, path), health));
    else facts.push("/health answers");
    if (health === undefined && upgrade !== undefined) findings.push(noUpgrade(upgrade));
    if (upgrade === undefined) facts.push("WebSocket opens");
  }
  const value = [shown, ...facts].join(", ");
  return {
    name: NAME,
    what: WHAT,
    value,
    measured,
    findings,
    ...(isLocal && {
      hint: `${url.hostname} is an address of this computer or network: SmartPBX does not reach it from outside.`,
    }),
  };
}

async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host.replace(/^\[|\]$/g, ""), { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

interface Certificate {
  readonly daysLeft?: number;
  readonly fault?: string;
}

/** Looks at it without believing in it: the same as SmartPBX, which does not either. */
function certificateOf(url: URL): Promise<Certificate> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const servername = /^[\d.]+$|:/.test(host) ? undefined : host;
    const socket = connect({ host, port: Number(url.port || 443), servername, rejectUnauthorized: false });
    const end = (certificate: Certificate) => {
      socket.destroy();
      resolve(certificate);
    };
    socket.setTimeout(CONNECT_MS, () => end({ fault: `no TLS within ${CONNECT_MS / 1000} s` }));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end({ fault: String(error.code ?? error.message) }),
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

async function upgradeFault(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<BridgeError | undefined> {
  try {
    const socket = await dial({ url, headers, handshakeTimeoutMs: CONNECT_MS, signal });
    socket.on("error", () => {});
    socket.resume();
    socket.close(1000);
    return undefined;
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
}

function notSecure(shown: string): Problem {
  return {
    code: "public-not-secure",
    severity: "error",
    seen: `${shown} is not wss://.`,
    why: "SmartPBX connects to wss:// only: every call would end before it began.",
    fix: "Put a proxy with a certificate in front, or let one be made: serve --tunnel cloudflared",
  };
}

function noName(host: string): Problem {
  return {
    code: "public-unknown-host",
    severity: "error",
    seen: `No address is known for ${host}.`,
    why: "SmartPBX cannot find this server.",
    fix: "Check the spelling, and the DNS record. A new record may take an hour to be seen.",
  };
}

function badCertificate(host: string, fault: string): Problem {
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

function endsSoon(days: number): Problem {
  return {
    code: "public-certificate-ends",
    severity: "warning",
    seen: `The certificate is good for ${days} more days.`,
    why: "After that every call is refused.",
    fix: "See why it has not been renewed: certbot renew --dry-run",
  };
}

function noHealth(url: string, fault: string): Problem {
  return {
    code: "public-unreachable",
    severity: "error",
    seen: `${url} does not lead here: ${fault}.`,
    why: "SmartPBX would not reach this server.",
    fix: "Start serve first and run doctor again beside it; if it runs, look at what the proxy or tunnel forwards to.",
  };
}

function noUpgrade({ message, fix }: BridgeError): Problem {
  return {
    code: "public-no-websocket",
    severity: "error",
    seen: message,
    why: "Plain requests come through and WebSockets do not: every call fails.",
    fix: `${fix} A proxy has to pass on the headers Upgrade and Connection.`,
  };
}
