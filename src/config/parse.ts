/** From what a person wrote, in a flag, a variable or a config file, to the checked value of a setting. */
import type { AgentKind } from "../agents/agent.js";
import { suggest } from "../suggest.js";
import { parseAddresses, parseList } from "./allowed.js";
import { BadValue } from "./bad-value.js";
import { parseBucket, parseHttpAddress } from "./bucket.js";
import { parseBudgets } from "./budgets.js";
import { parseDtmf } from "./dtmf.js";
import { checkHeaderName, type Environment, readHeaders, splitHeader } from "./headers.js";
import { parseListenAddress } from "./listen-address.js";
import { parseNetwork } from "./network.js";
import { parsePublicUrl } from "./public-url.js";
import { parseQuirks } from "./quirks.js";
import { parseReporters } from "./reporters.js";
import type { Setting } from "./setting.js";
import { parseSpans } from "./spans.js";
import { readTools } from "./tools.js";
import { parseBytes, parseDuration, parseFrequency, parseInteger, parseRate } from "./units.js";

/**
 * The checked value of `setting`.
 * @param raw `true` or text from a flag, a list of texts from a repeated flag, anything at all from a config file.
 * @param env fills `$NAME` in header values.
 * @throws BadValue
 */
export function parseValue(setting: Setting, raw: unknown, env: Environment): unknown {
  switch (setting.type) {
    case "boolean":
      return parseBoolean(raw);
    case "headers":
      return readHeaders(isRecord(raw) ? textEntries(raw) : texts(raw).map(splitHeader), env);
    case "options":
      return Object.fromEntries(isRecord(raw) ? textEntries(raw) : texts(raw).map(splitOption));
    case "budgets":
      return parseBudgets(texts(raw));
    case "reporters":
      return parseReporters(texts(raw));
    case "spans":
      return parseSpans(texts(raw));
    case "addresses":
      return parseAddresses(texts(raw));
    case "list":
      return parseList(texts(raw));
    case "quirks":
      return parseQuirks(texts(raw));
    case "names":
      return texts(raw);
    case "agent":
      return isAgentKind(raw) ? raw : text(raw);
    case "device":
      return parseDevice(raw);
    case "tools":
      return readTools(raw, env);
    default:
      return parseText(setting, text(raw));
  }
}

function parseText(setting: Setting, text: string): unknown {
  switch (setting.type) {
    case "duration":
      return parseDuration(text, setting);
    case "bytes":
      return parseBytes(text, setting);
    case "frequency":
      return parseFrequency(text, setting);
    case "rate":
      return parseRate(text);
    case "integer":
      return parseInteger(text, setting);
    case "workers":
      return text === "auto" ? text : parseInteger(text, { default: "auto", ...setting });
    case "listenAddress":
      return parseListenAddress(text);
    case "choice":
      return parseChoice(text, setting.choices ?? []);
    case "dtmf":
      return parseDtmf(text);
    case "network":
      return parseNetwork(text);
    case "address":
      return checkAddress(text);
    case "bucket":
      return parseBucket(text);
    case "httpAddress":
      return parseHttpAddress(text);
    case "publicUrl":
      return parsePublicUrl(text);
    case "headerName":
      return checkHeaderName(text);
    case "route":
      if (/^\/[^\s?#]*$/.test(text)) return text;
      throw new BadValue(`${JSON.stringify(text)} is not a path that begins with /`, {
        instead: "/media-stream",
      });
    default:
      return text;
  }
}

/** @throws BadValue that does not repeat the address: its query may hold a key. */
export function checkAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:")
    throw new BadValue(`the address begins with ${url.protocol}//`, {
      instead: `${url.protocol === "http:" ? "ws" : "wss"}://${url.host}${url.pathname}`,
    });
  if (url?.protocol !== "ws:" && url?.protocol !== "wss:")
    throw new BadValue("that is not a ws:// or wss:// address", { instead: "wss://HOST/media-stream" });
  if (url.hash)
    throw new BadValue("a WebSocket address cannot have a #fragment", {
      fix: "Leave out the # and what follows it.",
    });
  return text;
}

function parseChoice(text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  const near = suggest(text, choices) ?? choices.find((choice) => choice.includes(text.toLowerCase()));
  throw new BadValue(`${JSON.stringify(text)} is not one of ${choices.join(", ")}`, {
    instead: near ?? choices[0]!,
  });
}

function parseBoolean(raw: unknown): boolean {
  if (typeof raw === "boolean") return raw;
  const word = typeof raw === "string" || typeof raw === "number" ? String(raw).toLowerCase() : "";
  if (["1", "true", "yes", "on"].includes(word)) return true;
  if (["0", "false", "no", "off"].includes(word)) return false;
  throw new BadValue("the value is neither true nor false", { instead: "true" });
}

function parseDevice(raw: unknown): string | boolean {
  if (typeof raw === "boolean") return raw;
  const name = text(raw);
  return name === "true" || (name !== "false" && name);
}

function splitOption(text: string): readonly [string, string] {
  const match = /^([A-Za-z][\w-]*)=(.*)$/s.exec(text);
  if (match) return [match[1]!, match[2]!];
  throw new BadValue("an option needs a name, = and a value", { instead: "mode=instant" });
}

function text(raw: unknown): string {
  if (typeof raw === "string" && raw !== "") return raw;
  if (typeof raw === "number") return String(raw);
  throw new BadValue(raw === "" ? "the value is empty" : `a text is needed, not ${kindOf(raw)}`, {
    fix: "Give it a value, or leave it out.",
  });
}

/** In a variable, several values stand one a line. */
function texts(raw: unknown): string[] {
  if (Array.isArray(raw)) return raw.map(text);
  return text(raw)
    .split("\n")
    .filter((line) => line.trim() !== "");
}

function textEntries(raw: object): [string, string][] {
  return Object.entries(raw).map(([name, value]) => [
    name,
    typeof value === "boolean" ? String(value) : text(value),
  ]);
}

function isRecord(raw: unknown): raw is object {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

function isAgentKind(raw: unknown): raw is AgentKind {
  return isRecord(raw) && "connect" in raw && typeof raw.connect === "function" && "name" in raw;
}

function kindOf(raw: unknown): string {
  if (raw === null || raw === undefined) return String(raw);
  return Array.isArray(raw) ? "a list" : `a ${typeof raw}`;
}
