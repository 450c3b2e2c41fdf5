/** Compares secrets. */
import { createHash, timingSafeEqual } from "node:crypto";

/** In constant time: neither the length nor a common beginning of a secret can be measured. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
