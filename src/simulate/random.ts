/** Numbers that look random and are the same for the same seed, on every computer: a run can be repeated. */

/** Gives the next number of a stream: from 0 up to, but not including, 1. */
export type Random = () => number;

/** The largest seed: what 32 bits hold. */
export const MAX_SEED = 0xffff_ffff;

/**
 * A stream of its own for each list of names and numbers: what one part of a simulation draws never moves another's.
 * A Weyl sequence whose steps are mixed (the 32-bit finalizer of MurmurHash3); not for secrets.
 */
export function seededRandom(...name: readonly (number | string)[]): Random {
  let state = hash(name.join("/"));
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    return mixed(state) / 2 ** 32;
  };
}

/** An id in the shape of a random UUID (RFC 9562, version 4). */
export function seededUuid(random: Random): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** FNV-1a. */
function hash(text: string): number {
  let hash = 0x811c_9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x0100_0193);
  return hash;
}

function mixed(state: number): number {
  let mix = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2_ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
