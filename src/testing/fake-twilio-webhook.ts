/** A fake webhook of an agent made for Twilio: takes the form of an incoming call and answers with TwiML. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeTwilioWebhookOptions {
  /** The answer: TwiML, or a way to make it of the form. */
  readonly twiml: string | ((form: Readonly<Record<string, string>>) => string);
  /** Answers requests that are not signed with this token with 403, as the SDKs' validators do. */
  readonly token?: string;
  /** Answers everything with this HTTP status. */
  readonly refuseWith?: number;
}

export interface FakeTwilioWebhook {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  /** The requests that were answered with TwiML. */
  readonly requests: readonly {
    readonly path: string;
    readonly form: Readonly<Record<string, string>>;
    readonly headers: IncomingMessage["headers"];
  }[];
  close(): Promise<void>;
}

const WANTED = ["CallSid", "AccountSid", "From", "To", "CallStatus", "ApiVersion", "Direction"];

export async function fakeTwilioWebhook(options: FakeTwilioWebhookOptions): Promise<FakeTwilioWebhook> {
  const requests: FakeTwilioWebhook["requests"][number][] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const status = options.refuseWith ?? statusFor(request, form, options.token);
    const path = request.url ?? "";
    if (status === 200) requests.push({ path, form, headers: request.headers });
    response.writeHead(status, { "content-type": "text/xml", connection: "close" });
    response.end(typeof options.twiml === "string" ? options.twiml : options.twiml(form));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function statusFor(
  { method, headers, url }: IncomingMessage,
  form: Readonly<Record<string, string>>,
  token: string | undefined,
): number {
  if (method !== "POST") return 405;
  if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return 415;
  if (WANTED.some((name) => form[name] === undefined)) return 400;
  if (!/^CA[0-9a-f]{32}$/.test(form.CallSid) || !/^AC[0-9a-f]{32}$/.test(form.AccountSid)) return 400;
  if (token === undefined) return 200;
  const text = Object.keys(form)
    .sort()
    .reduce((signed, name) => signed + name + form[name], `http://${headers.host}${url}`);
  const expected = createHmac("sha1", token).update(text).digest();
  const given = Buffer.from(`${headers["x-twilio-signature"]}`, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected) ? 200 : 403;
}
