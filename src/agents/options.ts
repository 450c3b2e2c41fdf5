/** Checks an agent kind's options: text from the command line and values from a config file become typed values. */

import { BridgeError } from "../errors.js";
import { suggest } from "../suggest.js";
import type { AgentKind, Environment, OptionSpec, OptionSpecs, OptionValues } from "./agent.js";

export type GivenOptions = Readonly<Record<string, string | number | boolean>>;

/**
 * The options of `kind` with every default filled in.
 * @throws BridgeError `bad-agent-option` for a name the kind does not have and for a value that does not fit.
 */
export function checkOptions<S extends OptionSpecs>(
  kind: AgentKind<S>,
  given: GivenOptions,
  env: Environment,
): OptionValues<S> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(kind.options, name)) throw unknownOption(kind, name);
  }
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const [name, spec] of Object.entries(kind.options)) {
    const value = Object.hasOwn(given, name) ? read(spec, given[name]) : spec.default;
    if (value instanceof Mismatch) throw badValue(kind, name, value);
    values[name] = value;
  }
  const options = values as OptionValues<S>;
  kind.checkOptions?.(options, env);
  return options;
}

/** One line for each option: how it is written, what it means, what it is when left out. */
export function describeOptions(specs: OptionSpecs): string[] {
  return Object.entries(specs).map(([name, spec]) => {
    const standard = spec.default === undefined || spec.default === "" ? "" : ` (default ${spec.default})`;
    return `${name}=${shape(spec)}\n  ${spec.help}${standard}`;
  });
}

/** Texts of one or more lines each, moved to the right. */
export function indent(texts: readonly string[], margin: string): string {
  return texts.map((text) => text.replace(/^/gm, margin)).join("\n");
}

/** What was expected instead. */
class Mismatch {
  constructor(readonly expected: string) {}
}

function read(spec: OptionSpec, given: string | number | boolean): string | number | boolean | Mismatch {
  switch (spec.type) {
    case "string": {
      const text = String(given);
      if (spec.choices && !spec.choices.includes(text)) return new Mismatch(`one of ${shape(spec)}`);
      return text;
    }
    case "number": {
      const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
      if (typeof number !== "number" || !Number.isFinite(number)) return new Mismatch("a number");
      if (spec.choices && !spec.choices.includes(number)) return new Mismatch(`one of ${shape(spec)}`);
      if (spec.min !== undefined && number < spec.min) return new Mismatch(`${spec.min} or more`);
      if (spec.max !== undefined && number > spec.max) return new Mismatch(`${spec.max} or less`);
      return number;
    }
    case "boolean":
      if (given === true || given === "true") return true;
      if (given === false || given === "false") return false;
      return new Mismatch("true or false");
  }
}

function shape(spec: OptionSpec): string {
  if (spec.type === "boolean") return "true|false";
  if (spec.choices) return spec.choices.join("|");
  return spec.type === "number" ? "<number>" : "<text>";
}

function unknownOption(kind: AgentKind, name: string): BridgeError {
  const meant = suggest(name, Object.keys(kind.options));
  return new BridgeError("bad-agent-option", `The agent kind ${kind.name} has no option "${name}"`, {
    fix: `${meant ? `Did you mean "${meant}"? ` : ""}${listOptions(kind)}`,
  });
}

// The value itself stays out of the message: an option may be a secret.
function badValue(kind: AgentKind, name: string, { expected }: Mismatch): BridgeError {
  return new BridgeError("bad-agent-option", `The option "${name}" of ${kind.name} must be ${expected}`, {
    fix: listOptions(kind),
  });
}

function listOptions(kind: AgentKind): string {
  const lines = describeOptions(kind.options);
  if (lines.length === 0) return `${kind.name} has no options`;
  return `${kind.name} has these options:\n${indent(lines, "  ")}`;
}
