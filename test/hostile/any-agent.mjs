/** An agent that is of the kind that the called number names: `echo`, or `gemini 40123` for a far end at that port. */
import { resolveAgent } from "../../dist/agents/index.js";
import { FAR_ENDS, KEYS } from "../agents/far-ends.js";

const ECHO = { spec: () => "echo", options: () => ({ mode: "instant" }) };
const env = { ...process.env, ...KEYS };

export default {
  name: "any",
  summary: "the kind that is called",
  url: "none",
  options: {},
  async connect({ call, rawStart, emit, signal }) {
    const [kind, port] = call.callee.split(" ");
    const { spec, options } = FAR_ENDS[kind] ?? ECHO;
    const url = `ws://127.0.0.1:${port}`;
    const agent = await resolveAgent(spec(url), { options: options?.(url) ?? {}, env, agentTimeoutMs: 5000 });
    return agent.connect({ call, rawStart, emit, signal });
  },
};
