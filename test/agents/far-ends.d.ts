/** The far ends of all agent kinds, for tests. */
import type * as testing from "../../src/testing.js";

export interface FarEnd {
  /** The agent's spec for the fake at this URL, `ws://HOST:PORT`. */
  spec(url: string): string;
  options?(url: string): Readonly<Record<string, string>>;
  /** It has something to say before a conversation begins; else an open WebSocket is all that is waited for. */
  readonly hasHandshake?: true;
}

export const FAR_ENDS: Readonly<Record<string, FarEnd>>;

/** @param options `key`: the only one that it takes, where it takes any. */
export function startFarEnd(
  fakes: typeof testing,
  kind: string,
  options?: testing.FakeServerOptions & { readonly key?: string },
): Promise<testing.FakeServer<testing.FakeConnection>>;

/** The environment in which the fakes' usual key is found. */
export const KEYS: Readonly<Record<string, string>>;
