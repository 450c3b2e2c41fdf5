/** Whether `serve` could listen on its port, and who is there if not. */
import http from "node:http";
import https from "node:https";
import { createServer } from "node:net";
import { bracketed } from "../../bridge/listen.js";
import { count } from "../../report/numbers.js";
import { type Checked, fine, skipped } from "../checked.js";
import { portHolder } from "./port-holder.js";

export interface PortToCheck {
  readonly host: string;
  readonly port: number;
}

const NAME = "port";
const WHAT = "port";
const ANSWER_MS = 2500;
const LONGEST_ANSWER = 10_000;

export async function checkPort({ host, port }: PortToCheck): Promise<Checked> {
  const place = `${bracketed(host)}:${port}`;
  if (port === 0) return skipped(NAME, WHAT, "any free one is taken");
  const code = await tryToListen({ host, port });
  if (code === undefined) return fine(NAME, WHAT, `${place} is free`, { measured: { host, port } });
  if (code !== "EADDRINUSE") return cannotListen(code, host, port, place);
  const [holder, calls] = await Promise.all([portHolder(port), callsOfOurs(host, port)]);
  const who = holder ? `${holder.program} (process ${holder.processId})` : "another program";
  const measured = { host, port, ...(holder && { program: holder.program, processId: holder.processId }) };
  // Whoever asks why a call is silent has their serve running meanwhile.
  if (calls !== undefined)
    return fine(NAME, WHAT, `smartpbx-bridge answers at ${place} already, with ${count(calls, "call")}`, {
      measured,
    });
  return {
    name: NAME,
    what: WHAT,
    value: `${place} is taken`,
    measured,
    findings: [
      {
        code: "port-in-use",
        severity: "error",
        seen: `${who} listens on ${place}.`,
        why: "serve cannot start there, and SmartPBX would reach that program in its place.",
        fix: holder
          ? `Stop it (kill ${holder.processId}), or use another port: --port ${nextTo(port)}`
          : `Stop the program that listens there, or use another port: --port ${nextTo(port)}`,
      },
    ],
  };
}

function nextTo(port: number): number {
  return port < 65_535 ? port + 1 : port - 1;
}

function cannotListen(code: string, host: string, port: number, place: string): Checked {
  const isRefused = code === "EACCES" || code === "EPERM";
  const seen = isRefused
    ? `This user may not listen on port ${port}.`
    : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
      ? `${host} is no address of this computer (${code}).`
      : `Nobody can listen on ${place} (${code}).`;
  const fix = isRefused
    ? "Use a port above 1023, such as --port 8080, and let a proxy answer on the other."
    : "Use --host 127.0.0.1 for this computer alone, or --host 0.0.0.0 for all of its addresses.";
  return {
    name: NAME,
    what: WHAT,
    value: `${place} cannot be used`,
    measured: { host, port, code },
    findings: [{ code: "cannot-listen", severity: "error", seen, why: "serve cannot start there.", fix }],
  };
}

/** The error's code, or undefined where it works. */
function tryToListen({ host, port }: PortToCheck): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** How many calls our own server has that answers there, with TLS or without; undefined when it is somebody else's. */
async function callsOfOurs(host: string, port: number): Promise<number | undefined> {
  const near = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const answers = await Promise.all([askHealth(http, near, port), askHealth(https, near, port)]);
  return answers.find((calls) => calls !== undefined);
}

function askHealth(
  { get }: typeof http | typeof https,
  host: string,
  port: number,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    // A certificate is made for the name outside, not for this address.
    const options = {
      host,
      port,
      path: "/health",
      timeout: ANSWER_MS,
      rejectUnauthorized: false,
      agent: false,
    };
    const request = get(options as http.RequestOptions, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (text.length > LONGEST_ANSWER) request.destroy();
      });
      response.on("error", () => {});
      response.on("end", () => resolve(callsIn(text)));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
    request.on("close", () => resolve(undefined));
  });
}

function callsIn(text: string): number | undefined {
  try {
    const body = JSON.parse(text) as { version?: unknown; status?: unknown; calls?: unknown } | null;
    const isOurs = body?.version === 1 && typeof body.status === "string";
    return isOurs && typeof body.calls === "number" ? body.calls : undefined;
  } catch {
    return undefined;
  }
}
