/** What a scenario file may hold: the one table behind the reader and the JSON schema. */

import { check, Misfit, type Path, type Shape, schemaOf } from "../../shape.js";
import { type Action, CLIPS, type Expectation, type Scenario, type Step, type Words } from "./scenario.js";

const words: Shape = {
  is: "either",
  help: "What the caller says: a text for the TTS command, {wav: FILE}, or {clip: NAME} of the bundled voice.",
  of: [
    { is: "text" },
    {
      is: "map",
      oneOf: ["wav", "clip"],
      fields: {
        wav: { is: "text", help: "A WAV file, relative to the scenario's folder." },
        clip: {
          is: "choice",
          of: CLIPS,
          help: "hello: “Hello, is anybody there?” · hours: “Please tell me your opening hours.”",
        },
      },
    },
  ],
};

const speaksWithin: Shape = {
  is: "duration",
  help: "The agent is heard speaking at most so long after this step: after the end of what was said, or the last key.",
};
const stepExpects: Shape = {
  is: "map",
  help: "What the agent must do now. The next step waits until that is settled.",
  fields: {
    "speaks-within": speaksWithin,
    "stops-within": {
      is: "duration",
      help: "The agent falls silent at most so long after the caller began to speak in this step.",
    },
    "silent-for": {
      is: "duration",
      help: "The agent says nothing for so long from the beginning of this step.",
    },
    "transcript-contains": {
      is: "text",
      help: "The agent's transcript from this step on contains this; case does not matter.",
    },
  },
};

const callExpects: Shape = {
  is: "map",
  help: "What must be true of the whole call.",
  fields: {
    "talk-over-below": { is: "duration", help: "Both speak at once for less than this, in all." },
    "transcript-contains": {
      is: "text",
      help: "The agent's transcript contains this; case does not matter.",
    },
    "no-clipping": { is: "true", help: "The agent's audio is not overdriven." },
    "sounds-right": {
      is: "true",
      help: "The agent's audio is no noise, as audio in a wrong encoding is, and arrives in real time.",
    },
    "ended-by": { is: "choice", of: ["caller", "agent"], help: "Who ended the call." },
  },
};

const timeout: Shape = {
  is: "duration",
  help: "The longest wait. Default 10s; for wait: agent it is the wait for the agent to begin.",
};

/** The keys of a step that say what it does: exactly one of them. */
const ACTIONS = {
  say: words,
  wait: {
    is: "either",
    help: "agent: until the agent has spoken and is quiet · speech: until it speaks · end: until it hangs up · or a time.",
    of: [{ is: "choice", of: ["agent", "speech", "end"] }, { is: "duration" }],
  },
  silence: { is: "duration", help: "The caller says nothing for so long." },
  dtmf: { is: "keys", help: "Presses keys, five a second." },
  "barge-in": {
    is: "map",
    help: "Speaks while the agent does.",
    required: ["say"],
    fields: {
      after: { is: "duration", min: 0, help: "How long after the agent began to speak. Default 800ms." },
      say: words,
    },
  },
  "hang-up": { is: "true", help: "Ends the call in good order." },
  drop: { is: "true", help: "Cuts the connection without a word." },
} as const satisfies Record<string, Shape>;

const step: Shape = {
  is: "map",
  oneOf: Object.keys(ACTIONS),
  fields: { ...ACTIONS, timeout, expect: stepExpects },
};

const scenario: Shape = {
  is: "map",
  required: ["name", "turns"],
  fields: {
    name: { is: "text", help: "What the report calls it." },
    description: { is: "text" },
    call: {
      is: "map",
      help: "How the call is placed. Flags are stronger.",
      fields: {
        format: { is: "choice", of: ["g711_ulaw", "pcm16", "opus"] },
        profile: { is: "choice", of: ["readme", "v06", "v07"] },
        caller: { is: "text" },
        callee: { is: "text" },
        account: { is: "text" },
      },
    },
    noise: {
      is: "number",
      min: -90,
      max: -20,
      help: "Noise of the line in dBFS, under everything. A quiet line is at -60.",
    },
    turns: { is: "list", of: step, help: "What the caller does, one step after the other." },
    expect: callExpects,
  },
};

/** For editors: `# yaml-language-server: $schema=…`. */
export function scenarioSchema(): object {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A scenario of smartpbx-bridge simulate",
    ...schemaOf(scenario),
  };
}

const PATIENCE_MS = 10_000;
const BARGE_IN_AFTER_MS = 800;

type Fields = Record<string, unknown>;

/** A scenario from plain data, as YAML gives it. @throws Misfit */
export function readScenario(data: unknown): Scenario {
  const { name, description, call, noise, turns, expect } = check(scenario, data) as Fields;
  const steps = (turns as Fields[]).map((fields, k) => stepOf(fields, ["turns", k]));
  if (steps.length === 0)
    throw new Misfit(["turns"], "there is nothing to do", "Add a step such as - say: Hello.");
  steps.forEach(({ action }, k) => {
    if ((action.do !== "hang-up" && action.do !== "drop") || k === steps.length - 1) return;
    throw new Misfit(["turns", k + 1], `nothing can follow ${action.do}`, `Move ${action.do} to the end.`);
  });
  return {
    name: name as string,
    ...(description !== undefined && { description: description as string }),
    call: (call ?? {}) as Scenario["call"],
    ...(noise !== undefined && { noiseDbfs: noise as number }),
    steps,
    expects: expectationsOf(expect as Fields | undefined),
  };
}

function stepOf(fields: Fields, path: Path): Step {
  const action = actionOf(fields);
  if (fields.timeout !== undefined && !("timeoutMs" in action)) {
    throw new Misfit([...path, "timeout"], "only wait and barge-in have a timeout", "Leave it out.", true);
  }
  const expects = expectationsOf(fields.expect as Fields | undefined);
  const stops = expects.some(({ that }) => that === "stops-within");
  if (stops && action.do !== "say" && action.do !== "barge-in") {
    const fix = "Put it at a barge-in step, or at say.";
    throw new Misfit([...path, "expect", "stops-within"], "the caller says nothing in this step", fix, true);
  }
  if (expects.length > 0 && (action.do === "hang-up" || action.do === "drop")) {
    throw new Misfit(
      [...path, "expect"],
      `nothing can be expected after ${action.do}`,
      "Use expect of the call.",
      true,
    );
  }
  return { action, expects };
}

function actionOf(fields: Fields): Action {
  const timeoutMs = (fields.timeout as number | undefined) ?? PATIENCE_MS;
  if (fields.say !== undefined) return { do: "say", words: wordsOf(fields.say) };
  if (fields.silence !== undefined) return { do: "pause", ms: fields.silence as number };
  if (fields.dtmf !== undefined) return { do: "dtmf", keys: fields.dtmf as string };
  if (fields["hang-up"]) return { do: "hang-up" };
  if (fields.drop) return { do: "drop" };
  if (fields["barge-in"] !== undefined) {
    const { after = BARGE_IN_AFTER_MS, say } = fields["barge-in"] as Fields;
    return { do: "barge-in", afterMs: after as number, words: wordsOf(say), timeoutMs };
  }
  const { wait } = fields;
  if (typeof wait === "number") return { do: "pause", ms: wait };
  return { do: "wait", for: wait as "agent" | "speech" | "end", timeoutMs };
}

function wordsOf(value: unknown): Words {
  return typeof value === "string" ? { text: value } : (value as Words);
}

function expectationsOf(fields: Fields = {}): Expectation[] {
  return Object.entries(fields).map(([that, value]) => {
    if (typeof value === "number") return { that, ms: value } as Expectation;
    if (that === "transcript-contains") return { that, text: value as string };
    if (that === "ended-by") return { that, who: value as "caller" | "agent" };
    return { that } as Expectation;
  });
}
