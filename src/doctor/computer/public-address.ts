/** Whether SmartPBX reaches this server from outside: the name, the certificate, our own /health, and the WebSocket. */
import { lookup } from "node:dns/promises";
import { BridgeError } from "../../errors.js";
import { dial, shownUrl } from "../../pbx/dial.js";
import { healthFault, healthUrl } from "../../tunnel/reach.js";
import { type Checked, type Problem, skipped } from "../checked.js";
import { badCertificate, type Certificate, certificateOf, endsSoon, SOON_DAYS } from "./certificate.js";

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
const NEAR = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[?::1|0\.0\.0\.0)/;

/** What is asked of the network; a test brings its own. */
export interface Outside {
  addressesOf(host: string): Promise<readonly string[]>;
  certificateOf(host: string, port: number, signal: AbortSignal): Promise<Certificate>;
  /** What is wrong with our /health there, for people; undefined when it answers. */
  healthFault(url: string, signal: AbortSignal): Promise<string | undefined>;
  upgradeFault(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<BridgeError | undefined>;
}

const INTERNET: Outside = {
  addressesOf: async (host) =>
    (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address),
  certificateOf,
  healthFault: (url, signal) =>
    healthFault(url, (asked, init) =>
      fetch(asked, { ...init, signal: AbortSignal.any([signal, ...(init.signal ? [init.signal] : [])]) }),
    ),
  upgradeFault,
};

export async function checkPublicAddress(
  address: AddressToCheck,
  outside: Outside = INTERNET,
): Promise<Checked> {
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
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = await outside.addressesOf(host);
  const checked = { name: NAME, what: WHAT, measured: { url: shown, addresses } };
  if (addresses.length === 0) return { ...checked, value: shown, findings: [noName(host)] };
  const health = healthUrl(url.href, path);
  const [certificate, answer, upgrade] = await Promise.all([
    outside.certificateOf(host, Number(url.port || 443), signal),
    outside.healthFault(health, signal),
    outside.upgradeFault(url.href, headers, signal),
  ]);
  signal.throwIfAborted();
  const { fault, daysLeft, noConnection } = certificate;
  if (noConnection !== undefined)
    return { ...checked, value: shown, findings: [noHealth(health, noConnection)] };
  const measured = { ...checked.measured, certificateDaysLeft: daysLeft ?? null };
  // Without a good certificate nothing else can work, and saying so twice helps nobody.
  if (fault !== undefined)
    return { ...checked, measured, value: shown, findings: [badCertificate(host, fault)] };
  const facts = [
    shown,
    `certificate good for ${daysLeft} days`,
    ...(answer === undefined ? ["/health answers"] : []),
    ...(upgrade === undefined ? ["WebSocket opens"] : []),
  ];
  const findings = [
    ...(answer !== undefined ? [noHealth(health, answer)] : []),
    ...(answer === undefined && upgrade !== undefined ? [noUpgrade(upgrade)] : []),
    ...((daysLeft ?? 0) < SOON_DAYS ? [endsSoon(daysLeft ?? 0)] : []),
  ];
  const hint = `${host} is an address of this computer or network: SmartPBX does not reach it from outside.`;
  const isNear = addresses.every((one) => NEAR.test(one));
  return { ...checked, measured, value: facts.join(", "), findings, ...(isNear && { hint }) };
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

function noName(host: string): Problem {
  return {
    code: "public-unknown-host",
    severity: "error",
    seen: `No address is known for ${host}.`,
    why: "SmartPBX cannot find this server.",
    fix: "Check the spelling, and the DNS record. A new record may take an hour to be seen.",
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
