/** The traces of a server, where the user's own OpenTelemetry SDK asks for them. */

import type { Traces } from "../../monitoring/traces.js";
import type { Io } from "../ui/io.js";
import { version } from "../version.js";

const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/** @param agent the agent as people know it. @returns undefined where nobody wants traces; then nothing is loaded. */
export async function tracesOf(
  agent: string,
  warn: (code: string, message: string) => void,
  { clock }: Io,
): Promise<Traces | undefined> {
  if (!isTraced()) return undefined;
  const { Traces } = await import("../../monitoring/traces.js");
  // Behind the colon may stand an address.
  return Traces.open({ agent: agent.split(":", 1)[0]!, version: version(), clock }, warn);
}

/** Whether a tracer provider is registered: where the API, in all its versions 1.x, keeps it. */
function isTraced(): boolean {
  const registered = (globalThis as { [REGISTERED]?: { trace?: unknown } })[REGISTERED];
  return registered?.trace !== undefined;
}
