/** Request headers as settings: checked names, and values that may name environment variables. The values are secrets. */
import { BadValue } from "./bad-value.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** RFC 9110 §5.6.2, "token". */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 §5.5: visible characters, spaces and tabs; Node refuses anything else in a request. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function checkHeaderName(name: string): string {
  if (HEADER_NAME.test(name)) return name;
  throw new BadValue("that is not the name of a header", { instead: "X-Api-Key" });
}

/**
 * Headers from `[name, value]` pairs; of two with the same name, in any case, the last wins.
 * @throws BadValue that says which header is wrong and never what it holds.
 */
export function readHeaders(
  pairs: Iterable<readonly [string, string]>,
  env: Environment,
): Record<string, string> {
  const byName = new Map<string, readonly [string, string]>();
  for (const [name, text] of pairs) {
    const value = fillIn(text, env);
    checkHeaderName(name);
    if (!HEADER_VALUE.test(value))
      throw new BadValue(`the value of ${name} has characters that a header cannot hold`, {
        fix: `Look for line breaks and letters outside Latin-1 in the value of ${name}.`,
      });
    byName.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(byName.values());
}

/** `Name: value` as a pair. */
export function splitHeader(text: string): readonly [string, string] {
  const colon = text.indexOf(":");
  // The text is not repeated: it may be a secret with its name forgotten.
  if (colon < 1)
    throw new BadValue("a header needs a name, a colon and a value", { instead: "'X-Api-Key: $API_KEY'" });
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** Fills `$NAME` and `${NAME}` from the environment, so that secrets stay out of command lines and files; `$$` is `$`. */
function fillIn(text: string, env: Environment): string {
  return text.replace(/\$(?:(\$)|\{(\w+)\}|([A-Za-z_]\w*))/g, (_, dollar, braced, bare) => {
    if (dollar) return "$";
    const name: string = braced ?? bare;
    const value = env[name];
    if (value === undefined || value === "")
      throw new BadValue(`a header uses $${name}, which is not set`, {
        fix: `Set it first: export ${name}=…   (a plain dollar sign is written $$)`,
      });
    return value;
  });
}
