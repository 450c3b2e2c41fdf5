/** The part of an agent spec after `kind:`: checked once, filled in for every call, and shown without its secrets. */

import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { suggest } from "../suggest.js";
import type { AgentKind } from "./agent.js";

const FIELDS = ["callId", "accountId", "caller", "callee"] as const;
const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * @param template what stands after the colon, with `{callId}` and its like not filled in; undefined when nothing does.
 * @throws BridgeError `bad-flag`. Its message never repeats the URL, which may hold a secret.
 */
export function checkUrl(kind: AgentKind, template: string | undefined): void {
  if (template === undefined) {
    if (kind.url === "required")
      throw badUrl(kind, `The agent kind ${kind.name} needs a ${kind.isPath ? "folder" : "URL"}`);
    return;
  }
  if (kind.url === "none") {
    throw new BridgeError("bad-flag", `The agent kind ${kind.name} takes nothing after its name`, {
      fix: `Write --agent ${kind.name}`,
    });
  }
  for (const [, name] of template.matchAll(PLACEHOLDER)) {
    if (!(FIELDS as readonly string[]).includes(name)) throw badPlaceholder(kind, name);
  }
  if (kind.isPath) return;
  const url = parse(template);
  if (url && /[{}]/.test(url.host)) {
    throw badUrl(
      kind,
      "Nothing can be filled in before the path of an agent's URL: the caller would choose the host",
    );
  }
  if (kind.schemes) checkAddress(kind, kind.schemes, url);
}

function checkAddress(kind: AgentKind, schemes: readonly string[], url: URL | undefined): void {
  const allowed = schemes.map((scheme) => `${scheme}://`).join(" or ");
  if (!url?.host) throw badUrl(kind, `The URL of the agent ${kind.name} is not a valid ${allowed} address`);
  if (!schemes.includes(url.protocol.slice(0, -1))) {
    throw badUrl(kind, `The URL of the agent ${kind.name} must begin with ${allowed}`);
  }
  if (url.hash) throw badUrl(kind, `The URL of the agent ${kind.name} must not have a part after "#"`);
}

/** The template with this call's values, each encoded so that it stays inside its place in the URL. */
export function fillUrl(template: string, call: CallInfo): string {
  return template.replace(PLACEHOLDER, (_, name: (typeof FIELDS)[number]) => encode(call[name]));
}

function encode(value: string): string {
  // "." and ".." change a URL's path in every spelling, %2E too; a lone surrogate cannot be encoded at all.
  if (/^\.{1,2}$/.test(value)) return "_".repeat(value.length);
  return encodeURIComponent(Buffer.from(value).toString());
}

/** The same for a path: a caller's values cannot lead out of its folder, and are written as folders of recordings write them. */
export function fillPath(template: string, call: CallInfo): string {
  return template.replace(PLACEHOLDER, (_, name: (typeof FIELDS)[number]) => safeName(call[name]));
}

function safeName(value: string): string {
  return value.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "") || "_";
}

/** `adk:ws://127.0.0.1:8000/ws/{callId}`: without user name, password, query and fragment, which may be secret. */
export function displayName(kind: Pick<AgentKind, "name" | "isPath">, template: string | undefined): string {
  if (kind.isPath && template !== undefined) return `${kind.name}:${template}`;
  const url = template && parse(template);
  if (!url) return kind.name;
  const path = url.pathname.replaceAll("%7B", "{").replaceAll("%7D", "}");
  return `${kind.name}:${url.protocol}//${url.host}${path}`;
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function badPlaceholder(kind: AgentKind, name: string): BridgeError {
  const known = FIELDS.map((field) => `{${field}}`).join(", ");
  const meant = suggest(name, FIELDS);
  return new BridgeError("bad-flag", `The URL of the agent ${kind.name} has an unknown part {${name}}`, {
    fix: `${meant ? `Did you mean {${meant}}? ` : ""}What can be filled in: ${known}`,
  });
}

function badUrl(kind: AgentKind, message: string): BridgeError {
  return new BridgeError("bad-flag", message, { fix: `For example: --agent '${kind.example ?? kind.name}'` });
}
