/** Shapes of plain data: what checks a file that people write is also what its JSON schema for editors is made from. */
import { suggest } from "./suggest.js";

export type Shape =
  | { readonly is: "text"; readonly help?: string }
  /** `800ms`, `2s`, `1m`; kept in ms. */
  | { readonly is: "duration"; readonly min?: number; readonly help?: string }
  /** `12#`: keys of a phone. A bare number is none: YAML drops its leading zeros. */
  | { readonly is: "keys"; readonly help?: string }
  | { readonly is: "number"; readonly min: number; readonly max: number; readonly help?: string }
  /** `3dB`, `50%`: a number with its unit; kept as the number. */
  | {
      readonly is: "amount";
      readonly unit: "dB" | "%";
      readonly min: number;
      readonly max: number;
      readonly help?: string;
    }
  | { readonly is: "true"; readonly help?: string }
  | { readonly is: "choice"; readonly of: readonly string[]; readonly help?: string }
  | { readonly is: "list"; readonly of: Shape; readonly help?: string }
  | {
      readonly is: "map";
      readonly fields: Readonly<Record<string, Shape>>;
      readonly required?: readonly string[];
      /** Of these fields there is exactly one. */
      readonly oneOf?: readonly string[];
      readonly help?: string;
    }
  /** The first that fits by kind: a map among them takes all maps. */
  | { readonly is: "either"; readonly of: readonly Shape[]; readonly help?: string };

export type Path = readonly (string | number)[];

/** Data that does not fit its shape, and where. */
export class Misfit extends Error {
  constructor(
    readonly path: Path,
    message: string,
    readonly fix: string,
    /** True when the fault is in the last key of `path` rather than in its value. */
    readonly atKey = false,
  ) {
    super(message);
  }
}

const MS_IN = { ms: 1, s: 1000, m: 60_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m)$/;
const LONGEST_MS = 60 * MS_IN.m;
const AMOUNT = /^(-?\d+(?:\.\d+)?) ?(dB|%)$/;

/** The value as it is used: durations in ms, keys as text. @throws Misfit */
export function check(shape: Shape, value: unknown, path: Path = []): unknown {
  switch (shape.is) {
    case "text":
      if (typeof value === "string" && value.trim() !== "") return value;
      throw wrong(path, "a text", value, value === "" ? undefined : "Put it in quotes.");
    case "duration":
      return duration(value, shape.min ?? 1, path);
    case "keys":
      return keys(value, path);
    case "number":
      if (typeof value === "number" && value >= shape.min && value <= shape.max) return value;
      throw wrong(path, `a number from ${shape.min} to ${shape.max}`, value);
    case "amount":
      return amount(shape, value, path);
    case "true":
      if (value === true) return true;
      throw wrong(path, "true", value, "Write true, or leave the line out.");
    case "choice":
      return choice(value, shape.of, path);
    case "list":
      if (!Array.isArray(value)) throw wrong(path, "a list", value, "Begin each item with a dash.");
      return value.map((item, k) => check(shape.of, item, [...path, k]));
    case "map":
      return map(shape, value, path);
    case "either":
      return check(fitting(shape.of, value, path), value, path);
  }
}

/** The value for an editor to check a file by: JSON Schema, draft 7. */
export function schemaOf(shape: Shape): object {
  const about = shape.help === undefined ? {} : { description: shape.help };
  switch (shape.is) {
    case "text":
      return { type: "string", minLength: 1, ...about };
    case "duration":
      return { type: "string", pattern: DURATION.source, ...about };
    case "keys":
      return { type: "string", pattern: "^[0-9*#]+$", ...about };
    case "number":
      return { type: "number", minimum: shape.min, maximum: shape.max, ...about };
    case "amount":
      return { type: "string", pattern: AMOUNT.source.replace("(dB|%)", shape.unit), ...about };
    case "true":
      return { const: true, ...about };
    case "choice":
      return { enum: shape.of, ...about };
    case "list":
      return { type: "array", items: schemaOf(shape.of), ...about };
    case "either":
      return { anyOf: shape.of.map(schemaOf), ...about };
    case "map": {
      const { fields, required = [], oneOf } = shape;
      const properties = Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]),
      );
      return {
        type: "object",
        additionalProperties: false,
        ...(required.length > 0 && { required }),
        ...(oneOf && { oneOf: oneOf.map((name) => ({ required: [name] })) }),
        properties,
        ...about,
      };
    }
  }
}

function map(shape: Shape & { is: "map" }, value: unknown, path: Path): Record<string, unknown> {
  const { fields, required = [], oneOf } = shape;
  if (!isMap(value)) throw wrong(path, `a map with ${list(oneOf ?? Object.keys(fields), "or")}`, value);
  const names = Object.keys(value);
  for (const name of names) {
    if (Object.hasOwn(fields, name)) continue;
    const known = Object.keys(fields);
    const meant = suggest(name, known);
    const fix = meant ? `Did you mean ${meant}?` : `Known here: ${known.join(", ")}.`;
    throw new Misfit([...path, name], `${JSON.stringify(name.slice(0, 64))} is not known here`, fix, true);
  }
  for (const name of required) {
    if (!names.includes(name)) throw new Misfit(path, `${name} is missing`, `Add ${name}:`);
  }
  const chosen = oneOf?.filter((name) => names.includes(name)) ?? [];
  if (oneOf && chosen.length !== 1) {
    if (chosen.length === 0) throw new Misfit(path, "nothing to do here", `Add one of ${list(oneOf, "or")}.`);
    const fix = "Make it two steps, each with a dash of its own.";
    throw new Misfit([...path, chosen[1]], `${chosen[0]} and ${chosen[1]} in one step`, fix, true);
  }
  return Object.fromEntries(names.map((name) => [name, check(fields[name], value[name], [...path, name])]));
}

/** The one of several shapes that a value is meant to have. */
function fitting(shapes: readonly Shape[], value: unknown, path: Path): Shape {
  if (isMap(value)) {
    const maps = shapes.find(({ is }) => is === "map");
    if (maps) return maps;
  }
  const faults: Misfit[] = [];
  for (const shape of shapes) {
    if (shape.is === "map") continue;
    try {
      check(shape, value, path);
      return shape;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      faults.push(error);
    }
  }
  if (faults.length === 1) throw faults[0];
  const said = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
  const choices = shapes.flatMap((shape) => (shape.is === "choice" ? shape.of : []));
  const meant = typeof value === "string" ? suggest(value, choices) : undefined;
  const takes = shapes.map((shape) => (shape.is === "choice" ? shape.of.join(", ") : nameOf(shape)));
  throw new Misfit(
    path,
    `${said} cannot be used here`,
    `${meant ? `Did you mean ${meant}? ` : ""}It takes ${list(takes, "or")}.`,
  );
}

function nameOf({ is }: Shape): string {
  if (is === "duration") return "a time such as 2s";
  if (is === "amount") return "a number with its unit";
  return is === "true" ? is : `a ${is}`;
}

function duration(value: unknown, min: number, path: Path): number {
  const match = typeof value === "string" ? DURATION.exec(value) : null;
  if (!match) {
    const number = /^\d+(\.\d+)?/.exec(String(value))?.[0];
    throw wrong(
      path,
      "a time with a unit (ms, s or m)",
      value,
      `Write for example ${number ? `${number}${Number(number) >= 100 ? "ms" : "s"}` : "2s"}`,
    );
  }
  const ms = Number(match[1]) * MS_IN[match[2] as keyof typeof MS_IN];
  if (ms >= min && ms <= LONGEST_MS) return ms;
  throw new Misfit(path, `${value} is not between ${min}ms and 60m`, "Choose a time between the two.");
}

function amount({ unit, min, max }: Shape & { is: "amount" }, value: unknown, path: Path): number {
  const match = typeof value === "string" ? AMOUNT.exec(value) : null;
  if (match?.[2] !== unit) {
    const number = /^-?\d+(\.\d+)?/.exec(String(value))?.[0] ?? max;
    throw wrong(path, `a number with its unit, ${unit}`, value, `Write for example ${number}${unit}`);
  }
  const number = Number(match[1]);
  if (number >= min && number <= max) return number;
  throw new Misfit(
    path,
    `${value} is not between ${min}${unit} and ${max}${unit}`,
    "Choose between the two.",
  );
}

function keys(value: unknown, path: Path): string {
  if (typeof value === "string" && /^[0-9*#]+$/.test(value)) return value;
  throw wrong(path, "keys of a phone, 0-9 * #", value, 'Write for example "12#", with quotes.');
}

function choice(value: unknown, of: readonly string[], path: Path): string {
  if (typeof value === "string" && of.includes(value)) return value;
  const meant = typeof value === "string" ? suggest(value, of) : undefined;
  throw wrong(path, list(of, "or"), value, meant ? `Did you mean ${meant}?` : undefined);
}

function wrong(path: Path, wanted: string, value: unknown, fix = `Write ${wanted}.`): Misfit {
  const got =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? JSON.stringify(value).slice(0, 60)
      : kindOf(value);
  const name = path.at(-1);
  const what = typeof name === "string" ? name : "it";
  return new Misfit(path, `${what} must be ${wanted}, not ${got}`, fix);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return Array.isArray(value) ? "a list" : `a ${typeof value === "object" ? "map" : typeof value}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(words: readonly string[], joint: string): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${joint} ${words.at(-1)}`;
}
