/** Every name on the wire of the generic agent, each of which a home-made agent may have its own word for. */
import { BridgeError } from "../../errors.js";
import { suggest } from "../../suggest.js";

/** Each name with what it is by default, and what it means. A field may be a path, such as `media.payload`. */
const NAMES = {
  typeField: ["type", "field that says what a message is"],
  audioField: ["audio", "field of the audio, as base64"],
  audioType: [
    "audio",
    "type of messages with audio; empty where they have none, and are known by their field",
  ],
  sentAudioField: [undefined, "field of the audio to the agent, where it differs"],
  sentAudioType: [undefined, "type of messages with audio to the agent, where it differs; empty for none"],
  startType: ["start", "type of the first message to the agent"],
  greetingType: ["greeting", "type of the message with the greeting's prompt, whose text is in textField"],
  interruptedType: ["interrupted", "type of the agent's word that the caller interrupts"],
  sentInterruptedType: [undefined, "type of our word on how much was heard, where it differs"],
  heardMsField: ["heardMs", "field of how much was heard, in ms"],
  turnEndedType: ["turn-ended", "type of the agent's word that its reply is complete"],
  transcriptType: ["transcript", "type of messages with what was said"],
  callerTranscriptType: [
    undefined,
    "type of what the caller said, where it has its own; then whoField means nothing",
  ],
  textField: ["text", "field of a text"],
  whoField: ["who", "field of who said it"],
  callerWord: ["caller", "what stands in whoField for the caller"],
  dtmfType: ["dtmf", "type of the message that a key was pressed"],
  digitField: ["digit", "field of the key"],
  markType: ["mark", "type of the agent's wish to know when all before it was heard, and of our answer"],
  markField: ["name", "field of the mark's name"],
  toolCallType: ["tool-call", "type of the agent's tool calls"],
  toolResultType: ["tool-result", "type of our answers to them"],
  toolCancelledType: ["tool-cancelled", "type of the agent's word that it wants no answer any more"],
  idField: ["id", "field of a tool call's id"],
  nameField: ["name", "field of the tool's name"],
  argsField: ["args", "field of its arguments: an object, or JSON text"],
  outputField: ["output", "field of what the tool gave, JSON text or words"],
  errorField: ["isError", "field that is true where the tool failed"],
  endType: ["end", "type of the end of the call, both ways"],
} as const satisfies Record<string, readonly [standard: string | undefined, help: string]>;

export type WireName = keyof typeof NAMES;
/** What the messages and their fields are called. An empty type is a message that the agent does not have. */
export type WireNames = Readonly<Record<WireName, string>>;

type NameOptions = {
  readonly [N in WireName]: { readonly type: "string"; readonly default?: string; readonly help: string };
};

/** The names as options of the kind. */
export const nameOptions = Object.fromEntries(
  Object.entries(NAMES).map(([name, [standard, help]]) => [
    name,
    { type: "string", default: standard, help },
  ]),
) as NameOptions;

/** @throws BridgeError `bad-agent-option` for a name that is not on the wire, or is given something else than a word. */
export function checkOwnNames(kind: string, own: Readonly<Record<string, unknown>>): void {
  for (const [name, word] of Object.entries(own)) {
    if (!Object.hasOwn(NAMES, name)) {
      const meant = suggest(name, Object.keys(NAMES));
      const advice = meant ? `Did you mean "${meant}"? ` : "";
      throw new BridgeError("bad-agent-option", `There is no "${name}" among the fields of ${kind}`, {
        fix: `${advice}The names are ${Object.keys(NAMES).join(", ")}`,
      });
    }
    if (typeof word !== "string") throw bad(kind, `The field "${name}" of ${kind} must be a text`);
  }
}

/** All names, with the agent's own words in place of the standard ones. */
export function wireNames(own: Partial<Record<WireName, string | undefined>>): WireNames {
  const word = (name: WireName) => own[name] ?? NAMES[name][0];
  const names = Object.fromEntries(Object.keys(NAMES).map((name) => [name, word(name as WireName) ?? ""]));
  return {
    ...(names as Record<WireName, string>),
    sentAudioField: word("sentAudioField") ?? names.audioField,
    sentAudioType: word("sentAudioType") ?? names.audioType,
    sentInterruptedType: word("sentInterruptedType") ?? names.interruptedType,
  };
}

/** The types that the agent sends. No two may be the same word. */
const RECEIVED = [
  "audioType",
  "interruptedType",
  "turnEndedType",
  "transcriptType",
  "callerTranscriptType",
  "markType",
  "toolCallType",
  "toolCancelledType",
  "endType",
] as const satisfies readonly WireName[];

/** The fields that stand in one message together. None may be another, or inside another. */
const TOGETHER: readonly (readonly WireName[])[] = [
  ["typeField", "audioField"],
  ["typeField", "sentAudioField"],
  ["typeField", "heardMsField"],
  ["typeField", "textField", "whoField"],
  ["typeField", "digitField"],
  ["typeField", "markField"],
  ["typeField", "idField", "nameField", "argsField"],
  ["typeField", "idField", "outputField", "errorField"],
];

/** @throws BridgeError `bad-agent-option` where two messages or two fields could not be told apart. */
export function checkNames(kind: string, names: WireNames): void {
  for (const [name, word] of Object.entries(names)) {
    if (!name.endsWith("Field")) continue;
    const parts = word.split(".");
    if (parts.some((part) => part === "" || part === "__proto__")) {
      throw bad(kind, `The option "${name}" of ${kind} must name a field, or the path of one`);
    }
  }
  for (const [index, name] of RECEIVED.entries()) {
    const same = RECEIVED.slice(index + 1).find(
      (other) => names[name] !== "" && names[other] === names[name],
    );
    if (same) throw bad(kind, `The options "${name}" and "${same}" of ${kind} must not be the same word`);
  }
  for (const fields of TOGETHER) {
    for (const one of fields) {
      const other = fields.find((name) => name !== one && `${names[name]}.`.startsWith(`${names[one]}.`));
      if (other) throw bad(kind, `The options "${one}" and "${other}" of ${kind} name the same field`);
    }
  }
}

function bad(kind: string, message: string): BridgeError {
  return new BridgeError("bad-agent-option", message, {
    fix: `For example: audioType=media audioField=media.payload; smartpbx-bridge agents ${kind} lists every name`,
  });
}
