/** IP addresses and ranges of them, as `203.0.113.0/24`: read, compared, and the same whether IPv4 comes as IPv6 or not. */
import { isIPv4, isIPv6 } from "node:net";

/** An IPv4 address inside IPv6 (`::ffff:192.0.2.1`, which a socket that listens on both shows) is the IPv4 address. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface AddressRange {
  readonly first: Address;
  /** How many leading bits are fixed. */
  readonly prefix: number;
}

const MAPPED = 0xffffn << 32n;
const MAPPED_PREFIX = 96;

/** @returns undefined for what is no address. A zone (`fe80::1%eth0`) says nothing about who it is, and is left out. */
export function readAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { bits: 32, value: ipv4(text) };
  if (!isIPv6(text)) return undefined;
  const value = ipv6(text.replace(/%.*$/s, ""));
  return value >> 32n === MAPPED >> 32n ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

/** Reads `10.0.0.0/8`, `2001:db8::/32`, or an address alone. @returns undefined for what is neither. */
export function readRange(text: string): AddressRange | undefined {
  const [, base = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const first = readAddress(base);
  if (!first) return undefined;
  const width = isIPv4(base) ? 32 : 128;
  const given = length === undefined ? width : Number(length);
  if (given > width) return undefined;
  if (width === first.bits) return { first, prefix: given };
  // Written as IPv6, and IPv4 in truth; what is wider than all of IPv4 is a range of IPv6.
  if (given >= MAPPED_PREFIX) return { first, prefix: given - MAPPED_PREFIX };
  return { first: { bits: 128, value: MAPPED | first.value }, prefix: given };
}

/** The first address of the range that this one is in, so that `10.1.2.3/8` is `10.0.0.0/8`. */
export function firstOf({ first, prefix }: AddressRange): AddressRange {
  const free = BigInt(first.bits - prefix);
  return { first: { bits: first.bits, value: (first.value >> free) << free }, prefix };
}

export function isWithin({ bits, value }: Address, { first, prefix }: AddressRange): boolean {
  const free = BigInt(first.bits - prefix);
  return bits === first.bits && value >> free === first.value >> free;
}

export function isWithinAny(address: Address, ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => isWithin(address, range));
}

/** `203.0.113.0/24`; IPv6 with all its eight groups. */
export function spellRange({ first, prefix }: AddressRange): string {
  return `${spellAddress(first)}${prefix === first.bits ? "" : `/${prefix}`}`;
}

export function spellAddress({ bits, value }: Address): string {
  const [size, base, between] = bits === 32 ? ([8n, 10, "."] as const) : ([16n, 16, ":"] as const);
  const parts: string[] = [];
  for (let shift = BigInt(bits) - size; shift >= 0n; shift -= size)
    parts.push(((value >> shift) & ((1n << size) - 1n)).toString(base));
  return parts.join(between);
}

function ipv4(text: string): bigint {
  return text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6(text: string): bigint {
  const last = text.slice(text.lastIndexOf(":") + 1);
  const isDotted = last.includes(".");
  const head = isDotted ? text.slice(0, -last.length) : text;
  // `::` stands for as many empty groups as are missing.
  const [left, right] = head.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  const dotted = isDotted ? [ipv4(last) >> 16n, ipv4(last) & 0xffffn] : [];
  const groups = (texts: readonly string[] = []) => texts.map((group) => BigInt(`0x${group}`));
  const before = groups(left);
  const after = [...groups(right), ...dotted];
  const missing = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...missing, ...after].reduce((value, group) => (value << 16n) | group, 0n);
}
