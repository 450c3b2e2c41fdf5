/** Reads where recordings are uploaded to: a bucket, and the service that has it. */
import { BadValue } from "./bad-value.js";

export interface Bucket {
  readonly bucket: string;
  /** Stands before every name: empty, or with a `/` at its end. */
  readonly prefix: string;
}

/** Amazon's rule, which other services keep too. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Amazon's list of characters that are safe in a key. */
const PREFIX = /^[\w!.*'()/-]{1,512}$/;

/** `s3://bucket` or `s3://bucket/calls/2026`. @throws BadValue */
export function parseBucket(text: string): Bucket {
  const [, bucket = "", path = ""] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(text) ?? [];
  const instead = "s3://my-bucket/calls";
  if (!BUCKET.test(bucket)) throw new BadValue("that is not s3:// and the name of a bucket", { instead });
  const prefix = path.replace(/\/$/, "");
  if (prefix === "") return { bucket, prefix: "" };
  if (!PREFIX.test(prefix) || prefix.split("/").some((name) => ["", ".", ".."].includes(name)))
    throw new BadValue("what follows the bucket is not names of letters and digits with / between them", {
      instead: `s3://${bucket}/calls`,
    });
  return { bucket, prefix: `${prefix}/` };
}

/** @throws BadValue that does not repeat the address: it may hold a key. */
export function parseHttpAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:")
    throw new BadValue("that is not an https:// or http:// address", { instead: "https://HOST" });
  if (url.username || url.password || url.search || url.hash)
    throw new BadValue("the address cannot hold a user, a password, a query or a #fragment", {
      instead: url.origin,
    });
  return url.href.replace(/\/$/, "");
}
