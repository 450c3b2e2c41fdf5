/** The files of the browser phone's page, and the headers that keep it to its own origin. */
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";

/** Where the page's own files lie, seen from the sources as from what is built from them. */
const PAGE = new URL("../../../src/devices/browser-phone/page/", import.meta.url);
/** What the page shares with the rest of the program is served as it was built. */
const BUILT = new URL("../../../dist/", import.meta.url);

interface PageFile {
  readonly type: string;
  readonly from: URL;
}

const page = (name: string, type: string): PageFile => ({ type, from: new URL(name, PAGE) });
const built = (name: string): PageFile => ({ type: "text/javascript", from: new URL(name, BUILT) });

/** By path below the page's address; "" is the page itself. Nothing else is served. */
const FILES: Readonly<Record<string, PageFile>> = {
  "": page("phone.html", "text/html"),
  "/phone.css": page("phone.css", "text/css"),
  "/phone.svg": page("phone.svg", "image/svg+xml"),
  "/phone.js": page("phone.js", "text/javascript"),
  "/line.js": page("line.js", "text/javascript"),
  "/sound.js": page("sound.js", "text/javascript"),
  "/screen.js": page("screen.js", "text/javascript"),
  "/microphone-worklet.js": page("microphone-worklet.js", "text/javascript"),
  "/speaker-worklet.js": page("speaker-worklet.js", "text/javascript"),
  "/audio/jitter-buffer.js": built("audio/jitter-buffer.js"),
  "/audio/pitch.js": built("audio/pitch.js"),
  "/audio/sample-queue.js": built("audio/sample-queue.js"),
};

/** Answers with the file at this path below the page's. @returns false when there is none. */
export function sendPageFile(path: string, host: string, response: ServerResponse): boolean {
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  if (!file) return false;
  const body = readFileSync(file.from);
  response.writeHead(200, {
    ...PAGE_HEADERS,
    // Older browsers do not count the WebSocket of the same host as 'self'.
    "Content-Security-Policy": `${POLICY}; connect-src 'self' ws://${host} wss://${host}`,
    "Content-Type": `${file.type}; charset=utf-8`,
    "Content-Length": body.length,
  });
  response.end(body);
  return true;
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Of everything that the phone answers. */
export const PAGE_HEADERS = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
} as const;
