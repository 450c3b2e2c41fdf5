/** The inspector's page: one document that holds its script and its style, and loads nothing else. */
import { createHash } from "node:crypto";
import { bundle, pageFile } from "../report/page/bundle.js";

/** Where the page's own files lie, seen from the sources as from what is built from them. */
const PAGE = new URL("../../src/inspector/page/", import.meta.url);

export interface PageDocument {
  readonly html: string;
  /** For the address that the page is asked at, such as `127.0.0.1:8081`. */
  policy(host: string): string;
}

export function pageDocument(): PageDocument {
  const style = `${pageFile("page.css")}\n${pageFile("inspector.css", PAGE)}`;
  const script = bundle("main.js", PAGE);
  const html = pageFile("inspector.html", PAGE)
    .replace("<!-- style -->", () => `<style>${style}</style>`)
    .replace("<!-- script -->", () => `<script type="module">${script}</script>`);
  return {
    html,
    policy: (host) =>
      [
        "default-src 'none'",
        `script-src '${hash(script)}'`,
        `style-src '${hash(style)}'`,
        "img-src data:",
        // Older browsers do not count the WebSocket of the same host as 'self'.
        `connect-src 'self' ws://${host}`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
  };
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
