/** Who comes in: every check of an upgrade, in one order, cheapest and most telling first. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type AddressRange, isWithinAny, readRange } from "../addresses.js";
import type { Clock } from "../clock.js";
import { AddressLimits } from "./address-limits.js";
import { type HeaderAuth, isAuthorized } from "./auth.js";
import { peerAddress } from "./peer.js";
import type { DoorRefusal } from "./refusals.js";

export interface DoorSettings {
  readonly path: string;
  readonly auth?: HeaderAuth;
  readonly maxCalls: number;
  /** Ranges, as `203.0.113.0/24`; empty for everybody. */
  readonly allowAddresses?: readonly string[];
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** Calls at a time from one address. */
  readonly addressCalls?: number;
  /** New connections a second from one address. */
  readonly addressRatePerS?: number;
}

/** How full the house is. */
export interface House {
  readonly isDraining: boolean;
  readonly calls: number;
}

export type Answer =
  | { readonly refused: DoorRefusal }
  /** `enter` is called when the call begins, and what it returns when the call is over. */
  | { readonly refused?: undefined; readonly enter: () => () => void };

export class Door {
  readonly #settings: DoorSettings;
  readonly #allowed: readonly AddressRange[];
  readonly #proxies: readonly AddressRange[];
  readonly #limits: AddressLimits;

  constructor(settings: DoorSettings, clock: Clock) {
    this.#settings = settings;
    this.#allowed = rangesOf(settings.allowAddresses);
    this.#proxies = rangesOf(settings.trustedProxies);
    const { addressCalls: calls, addressRatePerS: newPerS } = settings;
    this.#limits = new AddressLimits({ calls, newPerS }, clock);
  }

  /** Counts the attempt. */
  knock(request: IncomingMessage, house: House): Answer {
    const { path, auth, maxCalls } = this.#settings;
    if ((request.url ?? "/").split("?", 1)[0] !== path) return { refused: "wrong-path" };
    const peer = peerAddress(request, this.#proxies);
    // Where nobody can say who it is, nobody can say that it may come in.
    if (this.#allowed.length > 0 && !(peer && isWithinAny(peer, this.#allowed)))
      return { refused: "wrong-address" };
    // Before the token: whoever guesses tokens is slowed down too.
    if (peer && this.#limits.isTooFast(peer)) return { refused: "address-too-fast" };
    if (auth && !isAuthorized(request.headers, auth)) return { refused: "wrong-token" };
    if (house.isDraining) return { refused: "draining" };
    if (house.calls >= maxCalls) return { refused: "full" };
    if (peer && this.#limits.isFull(peer)) return { refused: "address-full" };
    return { enter: () => (peer ? this.#limits.enter(peer) : () => {}) };
  }
}

/** For people who wait for calls that do not come. Whose address it was is nobody's business. */
export function wrongAddressWords(
  headers: IncomingHttpHeaders,
  { trustedProxies = [] }: DoorSettings,
): string {
  const isPassedOn = headers["x-forwarded-for"] !== undefined && trustedProxies.length === 0;
  const proxy = isPassedOn ? "; it came through a proxy, which has to be named: --trusted-proxy" : "";
  return `refused a connection from an address that --allow-address does not have; others are only counted${proxy}`;
}

/** @throws TypeError for a text that is no range: settings have been checked before. */
function rangesOf(texts: readonly string[] = []): AddressRange[] {
  return texts.map((text) => {
    const range = readRange(text);
    if (!range) throw new TypeError(`${JSON.stringify(text)} is no range of addresses`);
    return range;
  });
}
