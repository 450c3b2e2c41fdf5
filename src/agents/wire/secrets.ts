/** Keeps what a far end repeats of our keys out of everything that people read: the words of vendors and agents may quote them. */
import type { LegEvent } from "../../call/leg.js";
import { BridgeError } from "../../errors.js";
import type { Environment } from "../agent.js";

/** Shorter values stand in ordinary words, and protect nothing. */
const MIN_LENGTH = 6;
const SECRET_NAME = /key|token|secret|passw|credential|auth/i;

export interface SecretSources {
  readonly env: Environment;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was given, with nothing filled in. */
  readonly url: string | undefined;
}

export class Secrets {
  readonly #values: readonly string[];

  constructor({ env, headers, url }: SecretSources) {
    const named = Object.keys(env).filter((name) => SECRET_NAME.test(name));
    const sent = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)]);
    // A variable may hold several, one a line.
    const lines = named.flatMap((name) => env[name]?.split("\n") ?? []).map((line) => line.trim());
    const plain = [...lines, ...sent, ...inUrl(url)];
    const values = plain.flatMap((value) => [value, encodeURIComponent(value)]);
    // The longest first: one may be a part of another.
    this.#values = [...new Set(values)]
      .filter((value) => value.length >= MIN_LENGTH)
      .sort((a, b) => b.length - a.length);
  }

  hide(text: string): string {
    return this.#values.reduce((rest, value) => rest.replaceAll(value, "***"), text);
  }

  /** The same event, without secrets in what is said for people. */
  hideIn(event: LegEvent): LegEvent {
    if (event.type === "warning") return { ...event, message: this.hide(event.message) };
    return event.type === "closed" ? { ...event, reason: this.hide(event.reason) } : event;
  }

  /** The same error, if it is one that is shown as it stands, without secrets. */
  hideInError(error: unknown): unknown {
    if (!(error instanceof BridgeError)) return error;
    const message = this.hide(error.message);
    if (message === error.message) return error;
    return new BridgeError(error.code, message, { fix: error.fix });
  }
}

function inUrl(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { username, password, searchParams } = new URL(url);
  const values = [...searchParams.values()].filter((value) => !value.includes("{"));
  return [decode(username), decode(password), username, password, ...values];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
