/** UUIDs as vCon wants them: version 8, with a time as in version 7 and a hash of the name of who made it. */
import { createHash, randomBytes } from "node:crypto";

/**
 * RFC 9562, with `custom_c` as draft-ietf-vcon-vcon-core has it: the high 62 bits of the SHA-1 of a fully qualified host name.
 * @param atMs the time in it, ms since 1970.
 */
export function vconUuid(atMs: number, hostName: string): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.trunc(atMs), 0, 6);
  randomBytes(2).copy(bytes, 6);
  const hash = createHash("sha1").update(hostName).digest();
  // 62 bits, behind the two of the variant.
  bytes.writeBigUInt64BE((hash.readBigUInt64BE(0) >> 2n) | (2n << 62n), 8);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
