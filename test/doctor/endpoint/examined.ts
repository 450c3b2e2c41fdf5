/** Examines an endpoint on a manual clock: a minute of calls passes in a second or two. */
import type { WebSocket } from "ws";
import { rankedRoots } from "../../../src/analysis/root-causes.js";
import type { Clock } from "../../../src/clock.js";
import { ManualClock } from "../../../src/clock.js";
import type { Checked, Problem } from "../../../src/doctor/checked.js";
import type { Examined } from "../../../src/doctor/endpoint/examination.js";
import { examineEndpoint } from "../../../src/doctor/endpoint/examine-endpoint.js";
import { settled } from "../../../src/testing/fast-time.js";
import { MadeEndpoint, type Wrong } from "./made-endpoint.js";
import { daysBeforeEnd, trust } from "./trust.js";

const FRAME_MS = 20;

export interface Diagnosis {
  readonly checks: readonly Checked[];
  /** The root first. */
  readonly findings: readonly Problem[];
  /** On the endpoint's clock. */
  readonly tookMs: number;
}

export async function examined(wrong: Wrong, options: Partial<Examined> = {}): Promise<Diagnosis> {
  const { cert, endsInDays } = wrong.tls ?? {};
  const isTrusted = cert !== undefined && endsInDays !== undefined;
  const distrust = isTrusted ? trust(cert) : () => {};
  const clock = new ManualClock(isTrusted ? daysBeforeEnd(endsInDays, cert) : Date.now());
  const endpoint = await MadeEndpoint.listen(wrong, clock);
  try {
    return await examinedAt(endpoint.url, clock, options);
  } finally {
    await endpoint.close();
    distrust();
  }
}

/**
 * @param clock moved here when it is a manual one.
 * @param options `isBehind`: who answers stands behind another one, and takes longer.
 */
export async function examinedAt(
  url: string,
  clock: Clock,
  { isBehind = false, ...options }: Partial<Examined> & { readonly isBehind?: boolean } = {},
): Promise<Diagnosis> {
  const checks: Checked[] = [];
  const sockets = new Set<WebSocket>();
  const begunAt = clock.now();
  let over = false;
  const examination = examineEndpoint({
    url,
    headers: {},
    clock,
    signal: new AbortController().signal,
    onChecked: (checked) => checks.push(checked),
    onSocket: (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    },
    ...options,
  }).finally(() => {
    over = true;
  });
  if (clock instanceof ManualClock) void pass(clock, sockets, () => over, isBehind);
  await examination;
  const findings = rankedRoots(checks.flatMap((checked) => [...checked.findings]));
  return { checks, findings, tookMs: clock.now() - begunAt };
}

/** What was sent is received by both sides before time goes on. */
async function pass(
  clock: ManualClock,
  sockets: ReadonlySet<WebSocket>,
  isOver: () => boolean,
  isBehind: boolean,
): Promise<void> {
  while (!isOver()) {
    const open = [...sockets].filter((socket) => socket.readyState === socket.OPEN);
    for (let hop = 0; hop < (isBehind ? 3 : 1); hop++) await Promise.all(open.map(settled));
    // Dialling and closing take real time.
    if (open.length < sockets.size || open.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 2));
    else await new Promise((resolve) => setImmediate(resolve));
    const next = clock.nextTimerAt - clock.now();
    if (Number.isFinite(next)) clock.advance(Math.min(FRAME_MS, Math.max(0, next)));
  }
}
