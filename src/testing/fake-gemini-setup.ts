/** What Gemini refuses in the first message of a session. */

type Fields = Readonly<Record<string, unknown>>;

const FIELDS = new Set([
  "model",
  "generationConfig",
  "systemInstruction",
  "tools",
  "realtimeInputConfig",
  "inputAudioTranscription",
  "outputAudioTranscription",
  "sessionResumption",
  "contextWindowCompression",
  "proactivity",
  "historyConfig",
  "explicitVadSignal",
]);
const TYPES = new Set(["OBJECT", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY"]);

/** The reason for a refusal, or undefined when the setup is good. */
export function geminiSetupFault(setup: Fields, isVertex: boolean): string | undefined {
  const unknown = Object.keys(setup).find((field) => !FIELDS.has(field));
  if (unknown) return `Invalid JSON payload received. Unknown name "${unknown}" at 'setup'`;
  const model = String(setup.model);
  const wanted = isVertex
    ? /^projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/models\/[^/]+$/
    : /^models\/[^/]+$/;
  if (!wanted.test(model)) return `model ${model} is not found`;
  const config = (setup.generationConfig ?? {}) as Fields;
  if (JSON.stringify(config.responseModalities) !== '["AUDIO"]')
    return "responseModalities must be one modality";
  const { thinkingLevel, thinkingBudget } = (config.thinkingConfig ?? {}) as Fields;
  if (/2\.\d/.test(model) ? thinkingLevel !== undefined : thinkingBudget !== undefined) {
    return "thinking is not configured as this model wants it";
  }
  const tools = (setup.tools ?? []) as readonly { functionDeclarations?: readonly Fields[] }[];
  for (const { functionDeclarations = [] } of tools) {
    for (const { name, parameters } of functionDeclarations) {
      const fault = parameters ? schemaFault(parameters as Fields, `${name}.parameters`) : undefined;
      if (fault) return fault;
    }
  }
  return undefined;
}

function schemaFault(schema: Fields, path: string): string | undefined {
  const { type, properties, items } = schema;
  if (!TYPES.has(String(type))) return `${path}.type: invalid value ${type}`;
  const inner = Object.entries((properties ?? {}) as Readonly<Record<string, Fields>>);
  if (type === "OBJECT" && inner.length === 0)
    return `${path}.properties: should be non-empty for OBJECT type`;
  if (schema.enum !== undefined && type !== "STRING") return `${path}.enum: only allowed for STRING type`;
  for (const [name, property] of inner) {
    const fault = schemaFault(property, `${path}.${name}`);
    if (fault) return fault;
  }
  return items ? schemaFault(items as Fields, `${path}.items`) : undefined;
}
