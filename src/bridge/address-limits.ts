/** How many calls one address may have at a time, and how many new connections it may make in a second. */
import { type Address, firstOf, spellAddress } from "../addresses.js";
import type { Clock } from "../clock.js";

export interface AddressLimitsSettings {
  /** Undefined for any number. */
  readonly calls?: number;
  readonly newPerS?: number;
}

/** So many addresses are remembered; the one that was not heard of for the longest is forgotten first. */
const MOST_REMEMBERED = 10_000;
/** Who has one address of IPv6 usually has all of its /64. */
const IPV6_PREFIX = 64;

/** Of the tokens that fill up again with time, a new connection takes one. */
interface Bucket {
  tokens: number;
  at: number;
}

export class AddressLimits {
  readonly #settings: AddressLimitsSettings;
  readonly #clock: Clock;
  readonly #calls = new Map<string, number>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(settings: AddressLimitsSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** A connection is attempted. @returns whether there have been too many. */
  isTooFast(address: Address): boolean {
    const { newPerS } = this.#settings;
    if (newPerS === undefined) return false;
    const key = keyOf(address);
    const now = this.#clock.now();
    // A second's worth at once; where that is less than one, still one.
    const most = Math.max(1, newPerS);
    const before = this.#buckets.get(key) ?? { tokens: most, at: now };
    const tokens = Math.min(most, before.tokens + ((now - before.at) / 1000) * newPerS);
    // Set anew, it is the last to be forgotten.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    if (this.#buckets.size > MOST_REMEMBERED) this.#buckets.delete(this.#buckets.keys().next().value!);
    return tokens < 1;
  }

  isFull(address: Address): boolean {
    const { calls } = this.#settings;
    return calls !== undefined && (this.#calls.get(keyOf(address)) ?? 0) >= calls;
  }

  /** A call begins. @returns to be called once, when it is over. */
  enter(address: Address): () => void {
    if (this.#settings.calls === undefined) return () => {};
    const key = keyOf(address);
    this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#calls.get(key) ?? 0) - 1;
      if (left > 0) this.#calls.set(key, left);
      else this.#calls.delete(key);
    };
  }
}

function keyOf(address: Address): string {
  if (address.bits === 32) return spellAddress(address);
  return spellAddress(firstOf({ first: address, prefix: IPV6_PREFIX }).first);
}
