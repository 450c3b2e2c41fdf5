/** Where Gemini is, and what opens it: an API key, or a token of Google Cloud that is fetched for every connection. */
import { exec } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { BridgeError } from "../../errors.js";
import type { Environment } from "../agent.js";
import type { GeminiAddress } from "./link.js";

export interface GeminiPlace {
  readonly vertex: boolean;
  readonly apiVersion: string | undefined;
  readonly keyIn: "header" | "query";
  readonly project: string | undefined;
  readonly location: string | undefined;
  readonly tokenCommand: string | undefined;
}

const KEYS = ["GEMINI_API_KEY", "GOOGLE_API_KEY"] as const;
const TOKEN = "GOOGLE_ACCESS_TOKEN";
/** An optional peer, loaded when there is no other way to a token. */
const AUTH_LIBRARY = "google-auth-library";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const COMMAND_TIMEOUT_MS = 15_000;

const DEFAULT_MODEL = "gemini-3.8-live";
const DEFAULT_VERTEX_MODEL = "gemini-live-2.5-flash-native-audio";
const DEFAULT_LOCATION = "us-central1";

/** @throws BridgeError `missing-token` without a key or a way to a token, `bad-agent-option` for what makes no address. */
export function checkPlace(place: GeminiPlace, env: Environment): void {
  const { vertex, apiVersion, tokenCommand } = place;
  if (apiVersion !== undefined && !/^v\d\w*$/.test(apiVersion)) {
    throw badOption("apiVersion", "must be a version such as v1beta");
  }
  if (!vertex) {
    if (!keyOf(env)) {
      throw new BridgeError("missing-token", "The agent gemini needs an API key, and none is set", {
        fix: `Set ${KEYS[0]}; or, for Vertex AI, --agent-option vertex=true`,
      });
    }
    return;
  }
  if (!/^[\w.:-]+$/.test(projectOf(place, env) ?? "")) {
    throw badOption("project", "must name a Google Cloud project, or GOOGLE_CLOUD_PROJECT must");
  }
  if (!/^[a-z0-9-]+$/.test(locationOf(place, env))) {
    throw badOption("location", "must be a location such as us-central1 or global");
  }
  if (tokenCommand || tokenIn(env) || authLibrary()) return;
  throw new BridgeError("missing-token", "Vertex AI needs an access token, and there is no way to one", {
    fix: `Set ${TOKEN}, or --agent-option 'tokenCommand=gcloud auth print-access-token', or: npm install ${AUTH_LIBRARY}`,
  });
}

/** The model's name with the prefix that its service wants. A name that has a prefix keeps it. */
export function modelName(model: string | undefined, place: GeminiPlace, env: Environment): string {
  if (!place.vertex) return model?.includes("/") ? model : `models/${model ?? DEFAULT_MODEL}`;
  if (model?.startsWith("projects/")) return model;
  const path = model?.includes("/") ? model : `publishers/google/models/${model ?? DEFAULT_VERTEX_MODEL}`;
  return `projects/${projectOf(place, env)}/locations/${locationOf(place, env)}/${path}`;
}

/**
 * @param url another host that speaks the same protocol; its path, where it has one, is taken as it stands.
 * @throws BridgeError `agent-refused` when no token can be had.
 */
export async function addressOf(
  place: GeminiPlace,
  url: string | undefined,
  headers: Readonly<Record<string, string>>,
  env: Environment,
  signal: AbortSignal,
): Promise<GeminiAddress> {
  const address = new URL(url ?? `wss://${hostOf(place, env)}`);
  if (address.pathname === "/") address.pathname = pathOf(place);
  if (place.vertex) {
    const { token, from } = await accessToken(place.tokenCommand, env, signal);
    const authorization = { Authorization: `Bearer ${token}` };
    return { url: address.href, headers: { ...authorization, ...headers }, secret: token, secretFrom: from };
  }
  const { key, from } = keyOf(env)!;
  const secret = { secret: key, secretFrom: `the key in ${from}` };
  if (place.keyIn === "header") {
    return { url: address.href, headers: { "x-goog-api-key": key, ...headers }, ...secret };
  }
  address.searchParams.set("key", key);
  return { url: address.href, headers, ...secret };
}

function hostOf(place: GeminiPlace, env: Environment): string {
  if (!place.vertex) return "generativelanguage.googleapis.com";
  const location = locationOf(place, env);
  return location === "global" ? "aiplatform.googleapis.com" : `${location}-aiplatform.googleapis.com`;
}

function pathOf({ vertex, apiVersion }: GeminiPlace): string {
  return vertex
    ? `/ws/google.cloud.aiplatform.${apiVersion ?? "v1beta1"}.LlmBidiService/BidiGenerateContent`
    : `/ws/google.ai.generativelanguage.${apiVersion ?? "v1beta"}.GenerativeService.BidiGenerateContent`;
}

function projectOf({ project }: GeminiPlace, env: Environment): string | undefined {
  return project ?? env.GOOGLE_CLOUD_PROJECT;
}

function locationOf({ location }: GeminiPlace, env: Environment): string {
  return location ?? env.GOOGLE_CLOUD_LOCATION ?? DEFAULT_LOCATION;
}

function keyOf(env: Environment): { key: string; from: string } | undefined {
  for (const from of KEYS) {
    const key = env[from]?.trim();
    if (key && isSendable(key)) return { key, from };
  }
  return undefined;
}

function tokenIn(env: Environment): string | undefined {
  const token = env[TOKEN]?.trim();
  return token && isSendable(token) ? token : undefined;
}

/** What no header can hold is no key; Node would refuse it later with an error that repeats it. */
function isSendable(secret: string): boolean {
  return /^[\x21-\x7e]+$/.test(secret);
}

async function accessToken(
  command: string | undefined,
  env: Environment,
  signal: AbortSignal,
): Promise<{ token: string; from: string }> {
  if (command) return { token: await commandOutput(command, signal), from: "what tokenCommand prints" };
  const token = tokenIn(env);
  if (token) return { token, from: `the token in ${TOKEN}, which is good for an hour` };
  return { token: await libraryToken(), from: "the credentials that google-auth-library finds" };
}

async function commandOutput(command: string, signal: AbortSignal): Promise<string> {
  let token: string;
  try {
    const { stdout } = await promisify(exec)(command, { signal, timeout: COMMAND_TIMEOUT_MS });
    token = stdout.trim();
  } catch {
    signal.throwIfAborted();
    // The command and what it printed may hold secrets.
    throw noToken("tokenCommand failed", "Run the command by hand, as the user who runs the bridge");
  }
  if (isSendable(token)) return token;
  throw noToken("tokenCommand printed no token", "It must print the token and nothing else");
}

async function libraryToken(): Promise<string> {
  const path = authLibrary();
  try {
    const { GoogleAuth } = createRequire(import.meta.url)(path as string);
    const token: unknown = await new GoogleAuth({ scopes: SCOPE }).getAccessToken();
    if (typeof token === "string" && isSendable(token)) return token;
  } catch {
    // Its messages may quote files of credentials.
  }
  throw noToken(
    "google-auth-library found no credentials",
    "Run: gcloud auth application-default login; or set GOOGLE_APPLICATION_CREDENTIALS",
  );
}

/** Where it is, beside this package or in the user's own folder; undefined when it is not installed. */
function authLibrary(): string | undefined {
  for (const base of [import.meta.url, `${process.cwd()}/package.json`]) {
    try {
      return createRequire(base).resolve(AUTH_LIBRARY);
    } catch {
      // Not there.
    }
  }
  return undefined;
}

function noToken(what: string, fix: string): BridgeError {
  return new BridgeError("agent-refused", `There is no access token for Vertex AI: ${what}`, { fix });
}

function badOption(option: string, must: string): BridgeError {
  return new BridgeError("bad-agent-option", `The option "${option}" of gemini ${must}`, {
    fix: `For example: --agent gemini --agent-option vertex=true --agent-option project=my-project`,
  });
}
