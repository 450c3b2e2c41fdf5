/** What the files of `init` need to know of the agent that is chosen: its kind, its keys, where it runs. */
import type { AgentKind } from "../agents/agent.js";
import { checkSpec } from "../agents/index.js";

export interface Variable {
  readonly name: string;
  /** One line for `.env.example`. */
  readonly help: string;
  /** False where the agent also answers without it. */
  readonly isNeeded: boolean;
}

export interface AgentFacts {
  readonly spec: string;
  /** Undefined for a module of the user's own, which is not loaded here. */
  readonly kind: AgentKind | undefined;
  readonly variables: readonly Variable[];
  /** Its address holds what looks like a key, so it must not stand in a file that others see. */
  readonly isSecret: boolean;
  /** It runs on this computer, so a CI machine has to start it first. */
  readonly isLocal: boolean;
}

/** Variables of the built-in kinds. A test holds it against what each kind asks for when it is used without. */
const VARIABLES: Readonly<Record<string, readonly Variable[]>> = {
  openai: [needed("OPENAI_API_KEY", "The key for OpenAI")],
  "openai-live": [needed("OPENAI_API_KEY", "The key for OpenAI")],
  gemini: [needed("GEMINI_API_KEY", "The key for the Gemini API")],
  elevenlabs: [needed("ELEVENLABS_API_KEY", "The key for ElevenLabs")],
  deepgram: [needed("DEEPGRAM_API_KEY", "The key for Deepgram")],
  ultravox: [needed("ULTRAVOX_API_KEY", "The key for Ultravox")],
  pipecat: [{ name: "PIPECAT_TOKEN", help: "The token of the bot, where it wants one", isNeeded: false }],
  twilio: [
    {
      name: "TWILIO_AUTH_TOKEN",
      help: "Signs requests to a webhook that checks signatures",
      isNeeded: false,
    },
  ],
};

const SECRET_PARAMETER = /key|token|secret|pass|auth|sig/i;
const LOCAL_HOST = /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;

/** @throws BridgeError `unknown-agent`, or `bad-flag` for an address that the kind does not take. */
export async function agentFacts(spec: string): Promise<AgentFacts> {
  const kind = await checkSpec(spec);
  const address = spec.slice(spec.indexOf(":") + 1);
  const url = kind && !kind.isPath && URL.canParse(address) ? new URL(address) : undefined;
  return {
    spec,
    kind,
    variables: (kind && VARIABLES[kind.name]) ?? [],
    isSecret: url !== undefined && holdsSecret(url),
    isLocal: url !== undefined && LOCAL_HOST.test(url.hostname),
  };
}

function holdsSecret({ username, password, searchParams }: URL): boolean {
  return (
    Boolean(username || password) || [...searchParams.keys()].some((name) => SECRET_PARAMETER.test(name))
  );
}

function needed(name: string, help: string): Variable {
  return { name, help, isNeeded: true };
}
