/** Reads an object of a config file field by field, so that every fault names its place: `transfer_call.via.url`. */
import { suggest } from "../suggest.js";
import { BadValue } from "./bad-value.js";

export class Fields {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  /**
   * @param path of the object inside its setting; empty for the setting itself.
   * @param known the fields that it may have; left out, any.
   * @throws BadValue when `raw` is no object, or has an unknown field.
   */
  constructor(raw: unknown, path: string, known?: readonly string[]) {
    if (typeof raw !== "object" || raw === null || Array.isArray(raw))
      throw wrongType(path, "an object", raw);
    this.path = path;
    this.#values = raw as Record<string, unknown>;
    for (const name of this.names) {
      if (!known || known.includes(name)) continue;
      const meant = suggest(name, known);
      throw new BadValue(
        `${path ? `${path} has` : "there is"} an unknown field ${JSON.stringify(name.slice(0, 64))}`,
        {
          fix: meant ? `Did you mean ${meant}?` : `The fields are ${known.join(", ")}.`,
        },
      );
    }
  }

  /** Of the fields that have a value: a file may write `undefined` for what it leaves out. */
  get names(): string[] {
    return Object.keys(this.#values).filter((name) => this.has(name));
  }

  /** The path of a field. */
  at(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name) && this.#values[name] !== undefined;
  }

  value(name: string): unknown {
    return this.has(name) ? this.#values[name] : undefined;
  }

  text(name: string): string {
    if (!this.has(name)) throw new BadValue(`${this.at(name)} is missing`, { fix: "Give it as a text." });
    const value = this.value(name);
    if (typeof value !== "string" || value.trim() === "") throw wrongType(this.at(name), "a text", value);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  object(name: string, known?: readonly string[]): Fields {
    if (!this.has(name))
      throw new BadValue(`${this.at(name)} is missing`, { fix: "Give it as an object: { … }" });
    return new Fields(this.value(name), this.at(name), known);
  }

  optionalObject(name: string, known?: readonly string[]): Fields | undefined {
    return this.has(name) ? this.object(name, known) : undefined;
  }

  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (Array.isArray(value)) return value;
    throw wrongType(this.at(name), "a list", value);
  }

  /** Reads a field with the parser of a plain setting, whose faults do not know where they are. */
  parsed<T>(name: string, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      throw new BadValue(`${this.at(name)}: ${error.message}`, {
        fix: error.fix ?? `Write ${name}: ${JSON.stringify(error.instead)}`,
      });
    }
  }
}

export function wrongType(path: string, expected: string, value: unknown): BadValue {
  const message = `${path ? `${path} must be` : "it must be"} ${expected}, not ${kindOf(value)}`;
  return new BadValue(message, { fix: "See docs/tools.md for an example of each." });
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === "") return "an empty text";
  if (Array.isArray(value)) return "a list";
  const type = typeof value;
  return type === "string" ? "a text" : `${type === "object" ? "an" : "a"} ${type}`;
}
