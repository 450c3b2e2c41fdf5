/** Takes apart JSON that was read, whatever it turns out to be. */
import type { JsonObject } from "./json.js";

/** `value` if it is an object, and no list. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** The objects in `value` if it is a list. */
export function objects(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is JsonObject => asObject(item) !== undefined);
}
