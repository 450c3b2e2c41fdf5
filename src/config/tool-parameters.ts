/** Checks the JSON Schema of a tool of one's own: the subset that every vendor takes, so that none refuses it in a call. */
import type { ToolParameters } from "../agents/tools.js";
import { BadValue } from "./bad-value.js";
import { Fields, wrongType } from "./fields.js";

const KEYWORDS = ["type", "description", "enum", "properties", "required", "items"];
const TYPES = ["string", "number", "integer", "boolean", "array", "object"];
/** Deeper than anything that is said in words. */
const MAX_DEPTH = 8;

/** @throws BadValue */
export function checkParameters(raw: unknown, path: string): ToolParameters {
  if (raw === undefined) return { type: "object", properties: {} };
  checkSchema(raw, path, 0);
  const schema = new Fields(raw, path);
  if (schema.value("type") !== "object" || !schema.has("properties"))
    throw new BadValue(`${path} must be of type object and have properties`, {
      fix: 'Write parameters: { type: "object", properties: { id: { type: "string" } }, required: ["id"] }',
    });
  return raw as ToolParameters;
}

function checkSchema(raw: unknown, path: string, depth: number): void {
  const schema = new Fields(raw, path, KEYWORDS);
  if (depth > MAX_DEPTH) throw new BadValue(`${path} is nested too deep`, { fix: "Use fewer levels." });
  const type = schema.text("type");
  if (!TYPES.includes(type))
    throw new BadValue(`${schema.at("type")} is not one of ${TYPES.join(", ")}`, {
      fix: 'Write type: "string"',
    });
  schema.optionalText("description");
  if (schema.has("enum")) checkTexts(schema, "enum");
  const properties = schema.optionalObject("properties");
  for (const name of properties?.names ?? [])
    checkSchema(properties!.value(name), properties!.at(name), depth + 1);
  if (schema.has("required")) {
    const unknown = checkTexts(schema, "required").find((name) => !properties?.has(name));
    if (unknown !== undefined)
      throw new BadValue(`${schema.at("required")} names ${JSON.stringify(unknown)}, which is no property`, {
        fix: "Add it to properties, or leave it out.",
      });
  }
  if (type === "array" || schema.has("items"))
    checkSchema(schema.value("items"), schema.at("items"), depth + 1);
}

function checkTexts(schema: Fields, name: string): readonly string[] {
  const list = schema.list(name);
  const wrong = list.findIndex((one) => typeof one !== "string");
  if (wrong >= 0) throw wrongType(`${schema.at(name)}[${wrong}]`, "a text", list[wrong]);
  return list as readonly string[];
}
