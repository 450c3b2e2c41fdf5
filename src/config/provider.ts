/** A provider record as the SmartPBX portal has it: the four fields, saved as JSON. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Encoding, formatName, PORTAL_FORMATS } from "../audio/format.js";
import { BridgeError } from "../errors.js";
import { suggest } from "../suggest.js";
import { BadValue } from "./bad-value.js";
import { type Environment, readHeaders } from "./headers.js";
import { checkAddress } from "./parse.js";

export interface Provider {
  readonly name: string;
  readonly format: Encoding;
  readonly url: string;
  /** Secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

const FIELDS = ["name", "media", "websocket_url", "websocket_headers"];
const EXAMPLE =
  '{"name":"My agent","media":{"encoding":"g711_ulaw","sampleRate":8000},"websocket_url":"wss://HOST/media-stream","websocket_headers":{"X-Api-Key":"$API_KEY"}}';

/**
 * Reads a provider file. `$NAME` in header values comes from `env`.
 * @throws BridgeError `cannot-read`, or `bad-provider-file` that never repeats a header value.
 */
export async function readProvider(path: string, env: Environment): Promise<Provider> {
  const name = basename(path);
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new BridgeError("cannot-read", `Cannot read the provider file ${name}`, {
      fix: "Check the path after --provider.",
      cause,
    });
  });
  try {
    return parseProvider(text, env);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new BridgeError("bad-provider-file", `${name}: ${error.message}`, {
      fix: error.fix ?? `It should look like this: ${error.instead ?? EXAMPLE}`,
    });
  }
}

/** @throws BadValue */
function parseProvider(text: string, env: Environment): Provider {
  const record = asRecord(parseJson(text), "the file is not a JSON object");
  for (const field of Object.keys(record)) {
    if (FIELDS.includes(field)) continue;
    const meant = suggest(field, FIELDS);
    throw new BadValue(`${JSON.stringify(field)} is not one of the portal's fields`, {
      fix: meant ? `Did you mean ${meant}?` : `The fields are ${FIELDS.join(", ")}.`,
    });
  }
  if (typeof record.name !== "string") throw new BadValue("name is missing", {});
  if (typeof record.websocket_url !== "string") throw new BadValue("websocket_url is missing", {});
  const headers = asRecord(record.websocket_headers ?? {}, "websocket_headers is not an object of texts");
  return {
    name: record.name,
    format: parseMedia(asRecord(record.media, "media is missing")),
    url: checkAddress(record.websocket_url),
    headers: readHeaders(
      Object.entries(headers).map(([header, value]) => {
        if (typeof value === "string") return [header, value] as const;
        throw new BadValue(`the value of ${header} in websocket_headers is not a text`, {});
      }),
      env,
    ),
  };
}

/** The sample rate may be a number or a numeric text, as on the wire. */
function parseMedia(media: Record<string, unknown>): Encoding {
  const format = Object.values(PORTAL_FORMATS).find(({ encoding }) => encoding === media.encoding);
  if (format && Number(media.sampleRate) === format.sampleRate) return format.encoding;
  throw new BadValue("media is not a format that the portal offers", {
    fix: `The formats are ${Object.values(PORTAL_FORMATS).map(formatName).join(", ")}.`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadValue("the file is not valid JSON", {});
  }
}

function asRecord(value: unknown, otherwise: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new BadValue(otherwise, {});
}
