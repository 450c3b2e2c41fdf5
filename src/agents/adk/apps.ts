/** Which agents an ADK server has, for when the user has not said which is to answer. */

import { BridgeError } from "../../errors.js";
import { printable } from "../../protocol/text.js";
import { refused, unreachable } from "../wire/socket-errors.js";

/** Far more than any list of names. */
const MAX_BYTES = 64 * 1024;

/**
 * The name of the only agent there is.
 * @param url of `/list-apps`.
 * @throws BridgeError `agent-refused` when there are several or none, `agent-unreachable`, or the signal's reason.
 */
export async function onlyApp(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const apps = await listApps(url, headers, signal);
  if (apps.length === 1) return apps[0];
  const names = apps.slice(0, 10).map((name) => printable(name, 40));
  throw new BridgeError("agent-refused", `The ADK server has ${apps.length || "no"} agents to choose from`, {
    fix:
      names.length > 0
        ? `Name one: --agent-option app=${names.join(" or ")}`
        : "Start it in the folder of the agents",
  });
}

async function listApps(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  let status: number;
  let bytes = new Uint8Array();
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal });
    status = response.status;
    for await (const part of response.body ?? []) {
      bytes = Buffer.concat([bytes, part]);
      if (bytes.length > MAX_BYTES) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(((error as Error).cause ?? error) as NodeJS.ErrnoException, url);
  }
  if (status !== 200) throw refused(status, url);
  try {
    const list: unknown = JSON.parse(Buffer.from(bytes).toString());
    return Array.isArray(list) ? list.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}
