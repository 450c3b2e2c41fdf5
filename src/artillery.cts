/** The engine that Artillery 2 loads. Artillery is CommonJS and this is its door; what makes the calls comes through it when needed. */
import type { CallSettings, Metrics } from "./artillery-calls.js" with { "resolution-mode": "import" };

interface Script {
  readonly config: {
    readonly target: string;
    readonly engines?: Readonly<Record<string, CallSettings | undefined>>;
  };
}

/** A step of a scenario's flow: `call` with its settings, or `think` with seconds. */
interface Step {
  readonly call?: CallSettings | null;
  readonly think?: number;
}

interface Events extends Metrics {
  emit(type: "started"): unknown;
  emit(type: "error", code: string): unknown;
  emit(type: "counter" | "histogram", name: string, value: number): unknown;
}

interface Context {
  readonly vars: Readonly<Record<string, unknown>>;
}

interface Tools {
  template(text: unknown, context: Context): unknown;
}

type Done = (error: Error | null, context: Context) => void;

/** Name under which the engine stands in a script. */
const NAME = "smartpbx";

/** Placed in each of Artillery's workers. What goes wrong in the first call of a kind is said once a worker. */
class SmartPbxEngine {
  readonly #script: Script;
  readonly #tools: Tools;
  readonly #said = new Set<string>();

  constructor(script: Script, _events: unknown, tools: Tools) {
    this.#script = script;
    this.#tools = tools;
  }

  createScenario({ flow = [] }: { readonly flow?: readonly Step[] }, events: Events) {
    return (context: Context, done: Done): void => {
      events.emit("started");
      this.#run(flow, context, events).then(
        () => done(null, context),
        (error) => {
          events.emit("error", error.code ?? error.name);
          this.#say(error);
          done(error, context);
        },
      );
    };
  }

  async #run(flow: readonly Step[], context: Context, events: Events): Promise<void> {
    const { call } = await import("./artillery-calls.js");
    const { target, engines } = this.#script.config;
    for (const step of flow) {
      if (step.think !== undefined)
        await new Promise((resolve) => setTimeout(resolve, Number(step.think) * 1000));
      if (!("call" in step)) continue;
      const settings = { ...engines?.[NAME], ...step.call };
      await call(
        this.#filled(target, context) as string,
        this.#filled(settings, context) as CallSettings,
        events,
      );
    }
  }

  /** With Artillery's variables in place of `{{ name }}`. */
  #filled(value: unknown, context: Context): unknown {
    if (typeof value === "string") return this.#tools.template(value, context);
    if (Array.isArray(value)) return value.map((item) => this.#filled(item, context));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#filled(item, context)]));
  }

  #say(error: Error & { readonly code?: string; readonly fix?: string }): void {
    const text = error.fix ? `${error.message}\n  fix: ${error.fix}` : error.message;
    if (this.#said.has(text)) return;
    this.#said.add(text);
    console.error(`${NAME}: ${text}`);
  }
}

export = SmartPbxEngine;
