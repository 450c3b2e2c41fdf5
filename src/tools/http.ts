/** Sends a tool call to an HTTP endpoint of the user's, and reads a reply of bounded size. */
import { answerOfText, MAX_ANSWER_BYTES, tooLong } from "./answer.js";
import type { HttpRoute } from "./config.js";
import { ToolFailure, words } from "./failure.js";

export type Fetch = typeof globalThis.fetch;

/** Resolves to JSON text for the model. @throws ToolFailure that names neither the address nor what was sent. */
export async function post(
  { url, method, headers }: HttpRoute,
  body: object,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<string> {
  const response = await fetch(url, {
    method,
    headers: { Accept: "application/json", ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    // Headers with keys are meant for this endpoint and for no other.
    redirect: "manual",
    signal,
  }).catch(() => {
    throw new ToolFailure("the tool's endpoint cannot be reached");
  });
  const text = await readText(response);
  if (response.ok) return answerOfText(text);
  const said = complaintOf(text);
  throw new ToolFailure(
    `the tool's endpoint answered HTTP ${response.status}${said === undefined ? "" : `: ${said}`}`,
  );
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw tooLong();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    throw new ToolFailure("the tool's endpoint broke off its reply");
  }
  return Buffer.concat(chunks).toString();
}

/** What a refusal says in the usual places, for the model to explain; pages of HTML are not told. */
function complaintOf(text: string): string | undefined {
  try {
    const { error, message } = JSON.parse(text) ?? {};
    const said = [message, error, error?.message].find((one) => typeof one === "string" && one !== "");
    return said === undefined ? undefined : words(said);
  } catch {
    return undefined;
  }
}
