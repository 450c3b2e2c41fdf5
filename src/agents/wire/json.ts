/** Reads the JSON texts of agents, who may send anything. */
import { tooMuchOf } from "../../protocol/json-limits.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that `text` spells, or undefined when it spells none. Never throws. */
export function parseObject(text: string): JsonObject | undefined {
  if (tooMuchOf(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
