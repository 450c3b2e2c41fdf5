/** SmartPBX's call control: its MCP server over streamable HTTP, through the official SDK, one session an order. */
import type { Environment } from "../agents/agent.js";
import { BridgeError } from "../errors.js";
import { isCleanId } from "../protocol/text.js";
import { type ActionName, MCP_KEY, type SmartpbxRoute } from "./config.js";
import { ToolFailure, words } from "./failure.js";
import type { Fetch } from "./http.js";
import type { Action, Order } from "./order.js";

/** JSON-RPC 2.0 §5.1, as SmartPBX uses them. */
const TOOL_NOT_FOUND = -32602;
const BAD_ARGUMENTS = -32603;
/** How long a session may take to end; nobody waits for it. */
const LEAVING_MS = 2000;
const HEADER_VALUE = /^[\x20-\x7e]+$/;

const ACCEPTED: Partial<Record<ActionName, string>> = {
  transfer_call:
    "SmartPBX has taken the order. The transfer is not complete before the other side answers: do not say that it is.",
  hang_up: "SmartPBX has taken the order to hang up.",
};

/** The names and arguments of the vendor's tools, as they are live: one has a space. */
function request({ tool, fields }: Order): { name: string; arguments: Record<string, string> } {
  if (tool === "hang_up") return { name: "hangup_call", arguments: {} };
  return { name: "transfer_call", arguments: { "destination number": fields.number, tier: "BYPASS" } };
}

/** What we use of a result; an answer that is none fails in the SDK. */
interface Result {
  readonly [other: string]: unknown;
  readonly isError?: unknown;
  readonly content?: unknown;
}

/**
 * Orders for SmartPBX, each for the call whose ids it carries.
 * @throws BridgeError `missing-token` without a key, `bad-config` without the SDK.
 */
export async function smartpbxAction(route: SmartpbxRoute, env: Environment, fetch: Fetch): Promise<Action> {
  const key = env[MCP_KEY];
  if (key === undefined || !HEADER_VALUE.test(key))
    throw new BridgeError("missing-token", `SmartPBX's call control needs a key, and ${MCP_KEY} is not set`, {
      fix: `Set it first: export ${MCP_KEY}=…`,
    });
  const { Client, StreamableHTTPClientTransport } = await loadSdk();

  async function once(order: Order, signal: AbortSignal): Promise<Result> {
    const transport = new StreamableHTTPClientTransport(new URL(route.url), {
      requestInit: { headers: headersOf(order, key as string) },
      fetch,
    });
    const client = new Client({ name: "smartpbx-bridge", version: "1" });
    const limits = { signal, timeout: route.timeoutMs };
    try {
      await client.connect(transport, limits);
      return await client.callTool(request(order), undefined, limits);
    } finally {
      const left = AbortSignal.timeout(LEAVING_MS);
      const close = () => void client.close().catch(() => {});
      left.addEventListener("abort", close, { once: true });
      transport.terminateSession().then(close, close);
    }
  }

  return async (order, signal) => {
    try {
      // A tool that is not found was not run, so asking again cannot act twice.
      let result = await once(order, signal).catch((error) =>
        isPassing(error) ? undefined : Promise.reject(error),
      );
      if (!result || saysNotFound(result)) result = await once(order, signal);
      return answerOf(result, order);
    } catch (error) {
      throw failureOf(error, order);
    }
  };
}

async function loadSdk() {
  try {
    const [{ Client }, { StreamableHTTPClientTransport }] = await Promise.all([
      import("@modelcontextprotocol/sdk/client/index.js"),
      import("@modelcontextprotocol/sdk/client/streamableHttp.js"),
    ]);
    return { Client, StreamableHTTPClientTransport };
  } catch (cause) {
    throw new BridgeError("bad-config", "SmartPBX's call control needs a package that is not installed", {
      fix: "npm install @modelcontextprotocol/sdk",
      cause,
    });
  }
}

function headersOf({ call }: Order, key: string): Record<string, string> {
  const { otherLegCallId, accountId } = call;
  if (!otherLegCallId || !accountId || ![otherLegCallId, accountId].every(isHeaderValue))
    throw new ToolFailure("SmartPBX did not send the ids of this call that its call control needs");
  return { "X-API-Key": key, call_id: otherLegCallId, account_id: accountId };
}

function isHeaderValue(id: string): boolean {
  return isCleanId(id) && HEADER_VALUE.test(id);
}

function isPassing(error: unknown): boolean {
  return codeOf(error) === TOOL_NOT_FOUND;
}

/** Some servers wrap the same refusal into a result. */
function saysNotFound(result: Result): boolean {
  return result.isError === true && new RegExp(`${TOOL_NOT_FOUND}\\b.*not found`, "is").test(textOf(result));
}

function answerOf(result: Result, order: Order): string {
  const said = safe(textOf(result), order);
  if (result.isError === true) throw new ToolFailure(`SmartPBX refused${said ? `: ${said}` : ""}`);
  return JSON.stringify({ status: "accepted", note: ACCEPTED[order.tool], ...(said && { smartpbx: said }) });
}

function failureOf(error: unknown, order: Order): ToolFailure {
  if (error instanceof ToolFailure) return error;
  const code = codeOf(error);
  if (code === TOOL_NOT_FOUND)
    return new ToolFailure("SmartPBX's call control does not offer this at the moment");
  const said = safe(String((error as Error).message).replace(/^MCP error -?\d+: /, ""), order);
  if (code === BAD_ARGUMENTS) return new ToolFailure(`SmartPBX did not accept the arguments: ${said}`);
  if (code === 401 || code === 403) return new ToolFailure("SmartPBX's call control refused our key");
  if (code !== undefined && code >= 300)
    return new ToolFailure(`SmartPBX's call control answered HTTP ${code}`);
  if (code !== undefined && code < -1) return new ToolFailure(`SmartPBX's call control failed: ${said}`);
  return new ToolFailure("SmartPBX's call control cannot be reached, or gave no answer that can be read");
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" ? code : undefined;
}

function textOf({ content }: Result): string {
  const parts = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return parts.flatMap(({ text }) => (typeof text === "string" ? [text] : [])).join(" ");
}

/** The vendor's words, without the number that the model may not learn. */
function safe(text: string, { fields }: Order): string {
  const { number, destination = "" } = fields;
  return words(number === undefined ? text : text.replaceAll(number, destination));
}
