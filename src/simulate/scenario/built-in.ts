/** The scenarios that have names of their own: they need neither a file nor a text-to-speech program. */
import { BridgeError } from "../../errors.js";
import { suggest } from "../../suggest.js";
import { readScenario } from "./grammar.js";
import type { Scenario } from "./scenario.js";
import { readScenarioFile } from "./scenario-file.js";

const HELLO = { clip: "hello" };
const HOURS = { clip: "hours" };
const SOUND = { "no-clipping": true, "sounds-right": true };

/** Written as a file would be, so that each is an example of one. */
const BUILT_INS: Readonly<Record<string, object>> = {
  greeting: {
    description: "The agent speaks first.",
    turns: [
      { silence: "100ms", expect: { "speaks-within": "5s" } },
      { wait: "agent", timeout: "1s" },
      { "hang-up": true },
    ],
    expect: { ...SOUND, "ended-by": "caller" },
  },
  conversation: {
    description: "Two questions, each answered in time and without speaking over the caller.",
    turns: [
      { silence: "1s" },
      { say: HELLO, expect: { "speaks-within": "3s" } },
      { wait: "agent" },
      { say: HOURS, expect: { "speaks-within": "3s" } },
      { wait: "agent" },
      { "hang-up": true },
    ],
    expect: { ...SOUND, "ended-by": "caller" },
  },
  "barge-in": {
    description: "The caller interrupts the agent, which stops at once and answers.",
    turns: [
      { say: HELLO },
      {
        "barge-in": { after: "800ms", say: HOURS },
        expect: { "stops-within": "1s", "speaks-within": "3s" },
      },
      { wait: "agent" },
      { "hang-up": true },
    ],
    expect: { ...SOUND, "talk-over-below": "1500ms", "ended-by": "caller" },
  },
  silence: {
    description:
      "The caller asks once and then says nothing: the agent keeps the call and does not talk to itself.",
    turns: [
      { say: HOURS, expect: { "speaks-within": "3s" } },
      { wait: "agent" },
      { silence: "5s" },
      { "hang-up": true },
    ],
    expect: { ...SOUND, "ended-by": "caller" },
  },
  dtmf: {
    description: "The caller presses keys after speaking; the call survives them.",
    turns: [
      { say: HELLO, expect: { "speaks-within": "3s" } },
      { wait: "agent" },
      { dtmf: "12#" },
      { silence: "3s" },
      { say: HOURS, expect: { "speaks-within": "3s" } },
      { wait: "agent" },
      { "hang-up": true },
    ],
    expect: { ...SOUND, "ended-by": "caller" },
  },
  "noisy-line": {
    description: "Noise under everything: the agent still hears the end of a question.",
    noise: -40,
    turns: [
      { silence: "2s" },
      { say: HELLO, expect: { "speaks-within": "4s" } },
      { wait: "agent" },
      { say: HOURS, expect: { "speaks-within": "4s" } },
      { wait: "agent" },
      { "hang-up": true },
    ],
    expect: { ...SOUND, "ended-by": "caller" },
  },
  "long-call": {
    description: "Ten questions in about two minutes, the last answered like the first.",
    turns: [
      ...Array.from({ length: 10 }, (_, k) => [
        { say: k % 2 === 0 ? HELLO : HOURS, expect: { "speaks-within": "3s" } },
        { wait: "agent" },
        { silence: "5s" },
      ]).flat(),
      { "hang-up": true },
    ],
    expect: { ...SOUND, "ended-by": "caller" },
  },
  "hang-up-mid-speech": {
    description: "The caller is gone while the agent speaks.",
    turns: [{ say: HOURS, expect: { "speaks-within": "3s" } }, { wait: "500ms" }, { "hang-up": true }],
    expect: { "ended-by": "caller" },
  },
};

export const BUILT_IN_NAMES: readonly string[] = Object.keys(BUILT_INS);

/** A scenario by its built-in name or the path of its file. @throws BridgeError `bad-scenario`, `bad-flag`, `cannot-read` */
export async function findScenario(nameOrPath: string): Promise<Scenario> {
  if (Object.hasOwn(BUILT_INS, nameOrPath))
    return readScenario({ name: nameOrPath, ...BUILT_INS[nameOrPath] });
  if (/\.ya?ml$/i.test(nameOrPath)) return readScenarioFile(nameOrPath);
  if (/^wss?:/i.test(nameOrPath)) {
    throw new BridgeError("bad-flag", "An address is no scenario.", {
      fix: "It goes after --url. See: smartpbx-bridge simulate --help",
    });
  }
  const meant = suggest(nameOrPath, BUILT_IN_NAMES);
  throw new BridgeError("bad-scenario", `There is no scenario ${JSON.stringify(nameOrPath.slice(0, 64))}.`, {
    fix: `${meant ? `Did you mean ${meant}? ` : ""}Built in: ${BUILT_IN_NAMES.join(", ")}. A file ends in .yaml or .yml.`,
  });
}
