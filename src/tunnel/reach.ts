/** Whether this server answers at its public address. */
import type { Clock } from "../clock.js";

/**
 * When it is asked, in ms after the start. Not at once: a name that is not there yet is remembered as missing by resolvers, and
 * a fresh tunnel takes some seconds.
 */
const ASKED_AT_MS = [3000, 6000, 12_000, 25_000] as const;
const ANSWER_MS = 5000;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** `wss://host/prefix/media-stream` → `https://host/prefix/health`. @param path of the media socket here. */
export function healthUrl(publicUrl: string, path: string): string {
  const url = new URL(publicUrl.replace(/^ws/, "http"));
  const prefix = url.pathname.endsWith(path) ? url.pathname.slice(0, -path.length) : "";
  return `${url.origin}${prefix}/health`;
}

/** @returns undefined when our /health answers there, else what came instead, for people. */
export async function healthFault(url: string, ask: Fetch = fetch): Promise<string | undefined> {
  try {
    const response = await ask(url, {
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: "manual",
      // ngrok shows browsers a page of its own first; this asks it not to.
      headers: { "ngrok-skip-browser-warning": "1" },
    });
    const text = await response.text();
    if (isHealth(text)) return undefined;
    return response.ok ? "something else answers there" : `it answers HTTP ${response.status}`;
  } catch (error) {
    if ((error as Error)?.name === "TimeoutError") return `no answer within ${ANSWER_MS / 1000} s`;
    const cause = (error as { cause?: { code?: unknown; message?: unknown } })?.cause;
    return String(cause?.code ?? cause?.message ?? (error as Error)?.message ?? error);
  }
}

/** A draining server answers 503, and is ours all the same. */
function isHealth(text: string): boolean {
  try {
    const body = JSON.parse(text) as { version?: unknown; status?: unknown; calls?: unknown } | null;
    return body?.version === 1 && typeof body.status === "string" && typeof body.calls === "number";
  } catch {
    return false;
  }
}

/**
 * Asks a few times, until it answers.
 * @param done is told once: undefined when it answers, else what came instead the last time.
 * @returns stops the asking.
 */
export function watchHealth(
  url: string,
  clock: Clock,
  done: (fault: string | undefined) => void,
  ask: Fetch = fetch,
): () => void {
  let isOver = false;
  let timer = clock.setTimer(() => void attempt(0), ASKED_AT_MS[0]);
  async function attempt(k: number): Promise<void> {
    const fault = await healthFault(url, ask);
    if (isOver) return;
    const next = ASKED_AT_MS[k + 1];
    if (fault === undefined || next === undefined) return done(fault);
    timer = clock.setTimer(() => void attempt(k + 1), next - ASKED_AT_MS[k]!);
  }
  return () => {
    isOver = true;
    timer.cancel();
  };
}
