/** Traces through the OpenTelemetry SDK that the user has registered in this process. Without one, nothing of it is loaded. */
import type { Observer } from "../call/events.js";
import type { Clock } from "../clock.js";
import { CallTrace } from "./call-trace.js";

export interface TracesOptions {
  /** The agent's kind. */
  readonly agent: string;
  readonly version: string;
  readonly clock: Clock;
}

const FLUSH_WITHIN_MS = 2000;

export class Traces {
  readonly #makeObserver: () => Observer;
  readonly #flush: () => Promise<void>;

  private constructor(makeObserver: () => Observer, flush: () => Promise<void>) {
    this.#makeObserver = makeObserver;
    this.#flush = flush;
  }

  /** @returns undefined where the API cannot be found from here, of which `warn` is told. */
  static async open(
    { agent, version, clock }: TracesOptions,
    warn: (code: string, message: string) => void,
  ): Promise<Traces | undefined> {
    const api = await import("@opentelemetry/api").catch(() => undefined);
    if (!api) {
      const fix = "npm install @opentelemetry/api in the folder in which smartpbx-bridge is installed";
      warn("no-traces", `an OpenTelemetry SDK is registered, but its API is not found from here: ${fix}`);
      return undefined;
    }
    const tracer = api.trace.getTracer("smartpbx-bridge", version);
    const provider = api.trace.getTracerProvider() as Flushable & { getDelegate?(): Flushable };
    return new Traces(
      () => {
        const trace = new CallTrace(api, tracer, agent, () => clock.wallMs());
        return (event) => trace.observe(event);
      },
      async () => (provider.getDelegate?.() ?? provider).forceFlush?.(),
    );
  }

  /** The observer of one call. */
  call(): Observer {
    return this.#makeObserver();
  }

  /** Resolves when what has ended has been handed on, or after a moment: nobody waits for a collector that is down. */
  async flush(clock: Clock): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, FLUSH_WITHIN_MS);
      const done = () => {
        timer.cancel();
        resolve();
      };
      this.#flush().then(done, done);
    });
  }
}

interface Flushable {
  forceFlush?(): Promise<void>;
}
