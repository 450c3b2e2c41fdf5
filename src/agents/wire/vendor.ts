/** What the kinds for vendors' services share: their keys, their HTTP requests, and refusals in the vendors' own words. */
import { BridgeError } from "../../errors.js";
import { printable } from "../../protocol/text.js";
import type { Environment } from "../agent.js";
import { type JsonObject, parseObject } from "./json.js";
import { refused, unreachable } from "./socket-errors.js";

/** Far more than any vendor answers, far less than harm. */
const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_WORDS = 200;
/** What is shorter is no secret, and stands in other words by chance. */
const MIN_SECRET = 6;

/**
 * @param env where keys come from.
 * @throws BridgeError `missing-token` when the variable is not set.
 */
export function keyOf(env: Environment, variable: string, vendor: string): string {
  const key = env[variable]?.trim();
  // What no header can hold is no key; Node would refuse it later with an error that repeats it.
  if (key && /^[\x21-\x7e]+$/.test(key)) return key;
  const what = key ? `The key in ${variable} has characters that no key has` : `${vendor} needs a key`;
  throw new BridgeError("missing-token", what, { fix: `Set it first: export ${variable}=…` });
}

/** What a vendor should have sent as an object; an empty one when it is none. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/**
 * A text of the vendor's as it may stand in a message: short, printable, and empty when it is no text.
 * @param secrets what we told the vendor and it must not tell on, such as keys.
 */
export function wordsOf(value: unknown, secrets: readonly string[] = []): string {
  if (typeof value !== "string") return "";
  let words = value.slice(0, MAX_ANSWER_BYTES);
  for (const secret of secrets) if (secret.length >= MIN_SECRET) words = words.replaceAll(secret, "…");
  return printable(words, MAX_WORDS).trim();
}

/** Turns a refusal of the key into one that names the variable it came from; leaves other errors as they are. */
export function namingKey(error: unknown, variable: string): unknown {
  if (!(error instanceof BridgeError) || !/ HTTP 40[13]$/.test(error.message)) return error;
  return new BridgeError(error.code, error.message, { fix: `Check the key in ${variable}`, cause: error });
}

export interface VendorRequest {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  readonly signal: AbortSignal;
}

/**
 * Asks a vendor over HTTP. The path, the query and the headers are in no error.
 * @throws BridgeError `agent-refused` or `agent-unreachable`, or the signal's reason.
 */
export async function askVendor(url: string, request: VendorRequest): Promise<JsonObject> {
  const { method, headers, body, signal } = request;
  let answer: { readonly status: number; readonly text: string };
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...headers,
        Accept: "application/json",
        ...(body && { "Content-Type": "application/json" }),
      },
      body: body && JSON.stringify(body),
      // A key must not follow a redirection to another host.
      redirect: "manual",
      signal,
    });
    answer = { status: response.status, text: await readAll(response) };
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(((error as Error).cause ?? error) as NodeJS.ErrnoException, url);
  }
  const { status, text } = answer;
  const json = parseObject(text);
  if (status < 200 || status > 299)
    throw inVendorsWords(refused(status, url), status, json, Object.values(headers));
  return json ?? {};
}

async function readAll(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    if ((bytes += part.length) > MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(parts).toString();
}

/** The answer to a bad key may repeat part of the key: of that, nothing is shown. */
function inVendorsWords(
  error: BridgeError,
  status: number,
  json: JsonObject | undefined,
  secrets: readonly string[],
): BridgeError {
  if (status === 401 || status === 403) return error;
  const { detail, message } = json ?? {};
  const words =
    wordsOf(detail, secrets) || wordsOf(objectOf(detail).message, secrets) || wordsOf(message, secrets);
  return words ? new BridgeError(error.code, `${error.message}: ${words}`, { fix: error.fix }) : error;
}
