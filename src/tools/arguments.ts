/** Checks what a model made up as a tool's arguments against the tool's parameters. */
import type { ToolParameters } from "../agents/tools.js";

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** What is wrong, in words for the model, without what it made up; undefined when nothing is. */
export function argumentFault(args: unknown, parameters: ToolParameters): string | undefined {
  return fault(args, parameters as Schema, "");
}

function fault(value: unknown, schema: Schema, path: string): string | undefined {
  const name = path || "the arguments";
  if (schema.type !== undefined && !isOfType(value, schema.type))
    return `${name} must be of type ${schema.type}`;
  if (schema.enum && !schema.enum.includes(value)) return `${name} must be one of ${schema.enum.join(", ")}`;
  if (Array.isArray(value))
    return first(value, (item, index) => part(item, schema.items, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return undefined;
  const has = (key: string) => Object.hasOwn(value, key);
  const missing = (schema.required ?? []).find((key) => !has(key));
  const at = (key: string) => (path ? `${path}.${key}` : key);
  if (missing !== undefined) return `${at(missing)} is missing`;
  return first(Object.entries(schema.properties ?? {}), ([key, inner]) =>
    has(key) ? fault((value as Record<string, unknown>)[key], inner, at(key)) : undefined,
  );
}

function part(value: unknown, schema: Schema | undefined, path: string): string | undefined {
  return schema && fault(value, schema, path);
}

function first<T>(
  items: readonly T[],
  look: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    default:
      // The rest are words of JSON Schema and of typeof alike.
      return typeof value === type;
  }
}
