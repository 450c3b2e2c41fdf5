/** Can SmartPBX open a WebSocket there: address, TLS and certificate, upgrade, path, headers. */
import { isIP } from "node:net";
import type { Finding } from "../../../analysis/finding.js";
import type { FindingKind } from "../../../analysis/findings.js";
import { findingOf } from "../../../analysis/root-causes.js";
import { dial, shownUrl } from "../../../pbx/dial.js";
import type { Examination } from "../examination.js";
import type { Knocked } from "../knock.js";

const DAY_MS = 24 * 3600 * 1000;
const SOON_DAYS = 14;
const AGAIN_MS = 2000;

/** @throws BridgeError when nothing answers there. */
export async function connection(exam: Examination): Promise<void> {
  exam.doing("the connection");
  const { url, headers, signal } = exam;
  // It has the words for an address or a header that cannot be used.
  let knocked = await exam.knock().catch(async (error) => {
    signal.throwIfAborted();
    (await dial({ url, headers, signal })).terminate();
    throw error;
  });
  if (isPassing(knocked)) {
    exam.doing("the connection once more: it may have been a moment's trouble");
    await exam.pause(AGAIN_MS);
    knocked = await exam.knock();
  }
  if (knocked.type === "unreachable") {
    // It says why; should it be there now after all, the examination goes on.
    (await dial({ url, headers, signal })).terminate();
  }
  const refusal = refused(knocked, exam);
  if (refusal) exam.isOver = true;
  const found = refusal ? [refusal] : [...warnings(knocked, exam)];
  exam.report(
    "connection",
    "connection",
    refusal ? wordsOf(knocked) : `${shownUrl(exam.url)} takes calls`,
    found,
  );
}

function refused(knocked: Knocked, exam: Examination): Finding | undefined {
  const seen = (kind: FindingKind, text: string) => findingOf({ kind, side: "call", seen: text });
  const url = shownUrl(exam.url);
  const answer = `${url} ${wordsOf(knocked)}`;
  if (knocked.type === "distrusted")
    return seen(
      "bad-certificate",
      `The certificate of ${url} is not trusted: ${certificateWords(knocked.code)}.`,
    );
  if (knocked.type === "garbled") return seen("not-a-websocket", `${answer}.`);
  if (knocked.type === "closed")
    return isUnauthorised(knocked.code)
      ? headersRefused(exam, answer)
      : seen("endpoint-broken", `${answer}, before the call had begun.`);
  if (knocked.type !== "refused") return undefined;
  const { status, location } = knocked;
  if (status === 401 || status === 403) return headersRefused(exam, answer);
  if (status === 404 || status === 410) return seen("wrong-path", `${answer}: nothing is at this path.`);
  if (status >= 300 && status < 400)
    return seen("redirected", `${answer}${location ? `, to ${shownTarget(location, exam.url)}` : ""}.`);
  if (status === 503 || status === 429) return seen("endpoint-full", `${answer}.`);
  if (status >= 500)
    return seen(
      "endpoint-broken",
      `${answer}${status === 502 || status === 504 ? ": a proxy is there, and nothing behind it" : ""}.`,
    );
  // This is how the usual server of Node answers at another path than its own.
  if (status === 400)
    return seen(
      "not-a-websocket",
      `${answer}: its path is another one, or a proxy in front did not pass the upgrade on.`,
    );
  return seen("not-a-websocket", `${answer}: what is there speaks HTTP, but no WebSocket.`);
}

/** Too many calls, a restart, a proxy that looks for its server. */
function isPassing(knocked: Knocked): boolean {
  if (knocked.type === "closed") return !isUnauthorised(knocked.code);
  return knocked.type === "refused" && (knocked.status >= 500 || knocked.status === 429);
}

/** The close codes with which endpoints say that a header is missing, or wrong. */
export function isUnauthorised(closeCode: number): boolean {
  return closeCode === 1008 || closeCode === 4401 || closeCode === 4403;
}

function wordsOf(knocked: Knocked): string {
  if (knocked.type === "refused") return `answered the upgrade with HTTP ${knocked.status}`;
  if (knocked.type === "closed") return `closed the socket with ${knocked.code} at once`;
  if (knocked.type === "garbled") return `answered, but not as a WebSocket does: ${knocked.what}`;
  return knocked.type === "distrusted" ? "has a certificate that is not trusted" : "answered";
}

/** @param answer what it did, without a full stop */
export function headersRefused({ headers }: Examination, answer: string): Finding {
  const names = Object.keys(headers);
  if (names.length > 0)
    return findingOf({
      kind: "headers-refused",
      side: "call",
      seen: `${answer} to a request with ${names.join(", ")}.`,
    });
  return findingOf({
    kind: "headers-refused",
    side: "call",
    seen: `${answer} to a request without any headers of yours.`,
    fix: 'Give what stands under websocket_headers in the portal: --header "Name: value".',
  });
}

function certificateWords(code: string): string {
  if (code === "CERT_HAS_EXPIRED") return "it has expired";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "it is for another host name";
  return `no public authority vouches for it (${code})`;
}

/** A redirect may lead anywhere, and its query may hold a secret. */
function shownTarget(location: string, base: string): string {
  return URL.canParse(location, base) ? shownUrl(new URL(location, base).href) : "somewhere else";
}

function* warnings(knocked: Knocked, exam: Examination): Generator<Finding> {
  const { protocol, hostname } = new URL(exam.url);
  if (protocol === "ws:" && !isPrivate(hostname))
    yield findingOf({
      kind: "unencrypted",
      side: "call",
      seen: `${shownUrl(exam.url)} is a public address without TLS.`,
    });
  const endsAt = knocked.type === "open" ? knocked.certificateEndsAt : undefined;
  if (endsAt === undefined) return;
  const days = Math.floor((endsAt - exam.clock.wallMs()) / DAY_MS);
  if (days < SOON_DAYS)
    yield findingOf({
      kind: "certificate-ends-soon",
      side: "call",
      seen: `The certificate ends in ${days} days.`,
    });
}

function isPrivate(hostname: string): boolean {
  if (isIP(hostname.replace(/[[\]]/g, "")) === 0)
    return /^localhost$|\.(local|internal|test|lan)$|^[^.]+$/.test(hostname);
  return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[::1\]|\[f[cde])/.test(hostname);
}
