/** Reads TwiML: the small part of XML that it is made of, and what it says about a call. No entities, no DTDs, no surprises. */

export interface Verb {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Verb[];
}

interface OpenVerb {
  readonly name: string;
  readonly attributes: Record<string, string>;
  text: string;
  readonly children: OpenVerb[];
}

/** Twilio itself takes no more. */
export const MAX_TWIML_BYTES = 64 * 1024;
/** `<Response>`, a verb, a noun, its parameter, and some room. */
const MAX_DEPTH = 16;

const SKIPPED = /<\?[^?]*\?>|<!--(?:[^-]|-(?!->))*-->/y;
const CDATA = /<!\[CDATA\[((?:[^\]]|\](?!\]>))*)\]\]>/y;
const OPEN = /<([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const CLOSE = /<\/([A-Za-z_][\w.-]*)\s*>/y;
const TEXT = /[^<]+/y;
const ATTRIBUTE = /([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** The verbs of a `<Response>` in their order, or undefined when `text` is no TwiML. Never throws. */
export function parseTwiml(text: string): readonly Verb[] | undefined {
  if (text.length > MAX_TWIML_BYTES) return undefined;
  const root: OpenVerb = { name: "", attributes: {}, text: "", children: [] };
  const open = [root];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < text.length) {
    const inner = open[open.length - 1];
    if (take(SKIPPED)) continue;
    const cdata = take(CDATA);
    if (cdata) {
      inner.text += cdata[1];
      continue;
    }
    const opened = take(OPEN);
    if (opened) {
      const attributes = readAttributes(opened[2]);
      if (!attributes || open.length > MAX_DEPTH) return undefined;
      const verb: OpenVerb = { name: opened[1], attributes, text: "", children: [] };
      inner.children.push(verb);
      if (opened[3] === "") open.push(verb);
      continue;
    }
    const closed = take(CLOSE);
    if (closed) {
      if (open.length === 1 || open.pop()?.name !== closed[1]) return undefined;
      continue;
    }
    const words = take(TEXT);
    const said = words && decode(words[0]);
    if (said === null || said === undefined) return undefined;
    inner.text += said;
  }
  const [response, ...others] = root.children;
  const isWhole = open.length === 1 && others.length === 0 && root.text.trim() === "";
  return isWhole && response?.name === "Response" ? response.children : undefined;
}

export interface StreamVerb {
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Names of the verbs beside it, which nobody carries out. */
  readonly ignored: readonly string[];
}

/** The two-way stream that a call is sent to, or the name of the verb that ends the call before, or undefined. */
export function findStream(verbs: readonly Verb[]): StreamVerb | "Reject" | "Hangup" | undefined {
  const ignored: string[] = [];
  let found: { url: string; parameters: Record<string, string> } | undefined;
  for (const verb of verbs) {
    const stream = verb.name === "Connect" ? verb.children.find(({ name }) => name === "Stream") : undefined;
    if (!found && stream) found = { url: stream.attributes.url ?? "", parameters: parametersOf(stream) };
    else if (!found && (verb.name === "Reject" || verb.name === "Hangup")) return verb.name;
    else if (verb.name !== "Hangup" && verb.name !== "Pause") ignored.push(verb.name);
  }
  return found && { ...found, ignored };
}

/** Where a call is to go: the first `<Dial>`'s destination, or "hang up" when that comes first. */
export function findDestination(verbs: readonly Verb[]): { readonly dial: string } | "hang up" | undefined {
  for (const verb of verbs) {
    if (verb.name === "Hangup") return "hang up";
    if (verb.name !== "Dial") continue;
    const [noun] = verb.children;
    const dial = (noun ?? verb).text.trim();
    return dial ? { dial } : undefined;
  }
  return undefined;
}

function parametersOf(stream: Verb): Record<string, string> {
  const parameters: [string, string][] = [];
  for (const { name, attributes } of stream.children) {
    if (name === "Parameter" && attributes.name) parameters.push([attributes.name, attributes.value ?? ""]);
  }
  return Object.fromEntries(parameters);
}

function readAttributes(text: string): Record<string, string> | undefined {
  const attributes: [string, string][] = [];
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) {
    const value = decode(double ?? single);
    if (value === undefined) return undefined;
    attributes.push([name, value]);
  }
  return Object.fromEntries(attributes);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decode(text: string): string | undefined {
  let isSound = true;
  const decoded = text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));|&/gi, (_, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
    if (code !== undefined && code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    if (name !== undefined && Object.hasOwn(ENTITIES, name)) return ENTITIES[name];
    isSound = false;
    return "";
  });
  return isSound ? decoded : undefined;
}
