/** `replay --as agent`: answers SmartPBX calls as the agent of saved calls did. */
import { recordingsAgent } from "../../agents/recording.js";
import { resolve } from "../../config/resolve.js";
import type { Values } from "../../config/setting.js";
import type { Io } from "../ui/io.js";
import { openAgent } from "./agent.js";
import { answerCalls } from "./answering.js";

/** What `serve` would do with these recordings as its agent. Answers calls until it is stopped. @returns the exit code. */
export async function replayAsAgent(settings: Values<"replay">, io: Io): Promise<number> {
  const { values } = resolve("serve", { flags: {}, env: {}, file: undefined });
  const { replayed, timing, record, ...given } = settings;
  const answerer = await openAgent(
    { ...given, agent: recordingsAgent(replayed), agentOption: { timing }, agentHeader: {} },
    io,
  );
  const serving = { ...values, ...given, auth: undefined, tls: undefined };
  return answerCalls(serving, answerer, { directory: record, source: "serve" }, io);
}
