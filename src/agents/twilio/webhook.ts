/** Asks an agent's webhook where a call is to go, as Twilio asks: a form that is posted, and TwiML that comes back. */
import { createHmac } from "node:crypto";
import { BridgeError } from "../../errors.js";
import { refused, unreachable } from "../wire/socket-errors.js";
import { findStream, MAX_TWIML_BYTES, parseTwiml, type StreamVerb } from "./twiml.js";

export interface WebhookRequest {
  /** A checked `http://` or `https://` address. */
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  /** Secrets: they never appear in an error. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs the request. */
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** Rejects with a BridgeError `agent-refused` or `agent-unreachable`, or with the signal's reason. */
export async function askWebhook({ url, form, headers, token, signal }: WebhookRequest): Promise<StreamVerb> {
  const { href, authorization } = withoutCredentials(url);
  const request = new Request(href, {
    method: "POST",
    headers: {
      "user-agent": "TwilioProxy/1.1",
      ...authorization,
      ...headers,
      ...(token && { "x-twilio-signature": signature(token, href, form) }),
    },
    body: new URLSearchParams(form),
    redirect: "manual",
    signal,
  });
  const twiml = await fetch(request)
    .then((response) => readTwiml(response, href))
    .catch((error: Error) => {
      if (signal.aborted) throw signal.reason;
      throw error instanceof BridgeError ? error : unreachable((error.cause ?? error) as Error, href);
    });
  const verbs = parseTwiml(twiml);
  const stream = verbs && findStream(verbs);
  if (stream === "Reject" || stream === "Hangup") {
    throw noStream(
      href,
      `ended the call with <${stream}>`,
      "Look at what the agent's webhook answers, and why",
    );
  }
  if (!stream) {
    const what = verbs ? "did not answer with <Connect><Stream>" : "did not answer with TwiML";
    throw noStream(
      href,
      what,
      "Let it answer <Response><Connect><Stream url=…/></Connect></Response>, or name the agent's own wss:// URL",
    );
  }
  if (!isWebSocketUrl(stream.url)) {
    throw noStream(
      href,
      "named a stream without a usable URL",
      "The url of <Stream> must begin with wss:// or ws://",
    );
  }
  return stream;
}

/**
 * What proves that a request is ours: HMAC-SHA1 over the URL and the sorted form, in base64, as Twilio signs
 * (https://www.twilio.com/docs/usage/security).
 */
export function signature(token: string, url: string, form: Readonly<Record<string, string>> = {}): string {
  const names = Object.keys(form).sort();
  return createHmac("sha1", token)
    .update(url + names.map((name) => name + form[name]).join(""))
    .digest("base64");
}

/** The address as the agent sees it, and its user name and password as the header that carries them. */
export function withoutCredentials(url: string): {
  readonly href: string;
  readonly authorization: { readonly authorization?: string };
} {
  const { username, password } = new URL(url);
  if (!username && !password) return { href: url, authorization: {} };
  const address = new URL(url);
  address.username = "";
  address.password = "";
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    href: address.href,
    authorization: { authorization: `Basic ${Buffer.from(plain).toString("base64")}` },
  };
}

async function readTwiml(response: Response, url: string): Promise<string> {
  if (!response.ok) {
    await response.body?.cancel();
    throw refused(response.status, url);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_TWIML_BYTES)
      throw noStream(url, "answered with more than 64 KB", "Check the webhook's URL");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isWebSocketUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, hash } = new URL(text);
  return /^wss?:$/.test(protocol) && host !== "" && hash === "";
}

function noStream(url: string, what: string, fix: string): BridgeError {
  return new BridgeError("agent-refused", `The webhook at ${new URL(url).host} ${what}`, { fix });
}
