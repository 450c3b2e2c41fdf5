/** The key for OpenAI and its like: from the environment, into the header that the service wants. */
import { BridgeError } from "../../errors.js";
import type { Environment, OptionSpecs, OptionValues } from "../agent.js";

/** The options of both kinds that say where the key comes from and goes to. */
export const keyOptions = {
  keyVariable: {
    type: "string",
    default: "OPENAI_API_KEY",
    help: "environment variable with the key; none for no key",
  },
  keyHeader: {
    type: "string",
    choices: ["authorization", "api-key"],
    default: "authorization",
    help: "request header for the key, as Bearer token or as it is; api-key for Azure",
  },
} as const satisfies OptionSpecs;

export type KeyOptions = OptionValues<typeof keyOptions>;

/** What `keyVariable` says when there is no key: the headers are given with --agent-header, or the service is one's own. */
export const NO_KEY = "none";

/** @throws BridgeError `missing-token` when the variable holds no key. Its message never repeats what it holds. */
export function checkKey(kind: string, { keyVariable }: KeyOptions, env: Environment): void {
  if (keyVariable === NO_KEY) return;
  const key = env[keyVariable]?.trim();
  if (key && /^[\x21-\x7e]+$/.test(key)) return;
  const what = key ? "holds something that is not a key" : "is not set";
  throw new BridgeError("missing-token", `The agent ${kind} needs a key, but ${keyVariable} ${what}`, {
    fix: `Set ${keyVariable} to the service's API key, or name another variable with --agent-option keyVariable=NAME`,
  });
}

export function keyHeaders(
  { keyVariable, keyHeader }: KeyOptions,
  env: Environment,
): Readonly<Record<string, string>> {
  const key = keyVariable === NO_KEY ? undefined : env[keyVariable]?.trim();
  if (!key) return {};
  return keyHeader === "api-key" ? { "api-key": key } : { Authorization: `Bearer ${key}` };
}

/** What to do when a service refuses: it may be the key, or what was asked for. */
export function refusalFix({ keyVariable }: KeyOptions): string {
  const key = keyVariable === NO_KEY ? "the request headers (--agent-header)" : `the key in ${keyVariable}`;
  return `Check ${key}, the URL, and the options that the message names`;
}

/** The same refusal, with the fix that names the key's variable. */
export function withKeyFix(error: unknown, options: KeyOptions): unknown {
  if (!(error instanceof BridgeError) || options.keyVariable === NO_KEY) return error;
  if (!/HTTP 40[13]$/.test(error.message)) return error;
  return new BridgeError(error.code, error.message, { fix: refusalFix(options), cause: error.cause });
}

/** A far end's text without the values of these request headers, should it repeat them. */
export function withoutSecrets(text: string, headers: Readonly<Record<string, string>>): string {
  const secrets = Object.values(headers).flatMap((value) => value.split(/[\s,;]+/));
  return secrets.reduce(
    (kept, secret) => (secret.length < 8 ? kept : kept.replaceAll(secret, "[key]")),
    text,
  );
}
