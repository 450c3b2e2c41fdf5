/** What a tool answers, as JSON text for the model, of a size that fits a conversation. */
import { ToolFailure } from "./failure.js";

export const MAX_ANSWER_BYTES = 32 * 1024;

/** JSON stays as it is, other text becomes `{"result": text}`, and nothing becomes a plain yes. */
export function answerOfText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return '{"status":"done"}';
  return isJson(trimmed) ? trimmed : JSON.stringify({ result: trimmed });
}

/** @throws ToolFailure when `value` cannot be written as JSON, or is too long. */
export function answerOfValue(value: unknown): string {
  if (value === undefined || value === null) return '{"status":"done"}';
  const text = write(typeof value === "string" ? { result: value } : value);
  if (text === undefined) throw new ToolFailure("the tool's answer cannot be written as JSON");
  if (Buffer.byteLength(text) > MAX_ANSWER_BYTES) throw tooLong();
  return text;
}

export function tooLong(): ToolFailure {
  return new ToolFailure(`the tool answered more than ${MAX_ANSWER_BYTES / 1024} KiB`);
}

function write(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
