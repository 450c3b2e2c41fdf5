/** Short answers to the requests of a page, and the short texts that it sends. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { PAGE_HEADERS } from "./page-files.js";

const MAX_REQUEST_BYTES = 256;

/** @throws RangeError for more than any page of ours sends. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_REQUEST_BYTES) throw new RangeError("too much");
  }
  return text;
}

export function answer(response: ServerResponse, status: number, body: string, type = "text/plain"): void {
  response.writeHead(status, {
    ...PAGE_HEADERS,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}
