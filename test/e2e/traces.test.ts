/** Traces by the SDK that a user loads before the server: in one process and in workers, handed on before the end. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { folder, serve } from "./bridge.js";
import { Phone } from "./phone.js";

const SDK = import.meta.resolve("@opentelemetry/sdk-trace-base");
const API = import.meta.resolve("@opentelemetry/api");

interface WrittenSpan {
  readonly name: string;
  readonly trace: string;
  readonly outcome?: string;
}

it.concurrent.each([
  ["one process", []],
  ["workers", ["--workers", "1"]],
])("in %s", async (_, args) => {
  const cwd = folder();
  const file = join(cwd, "spans.jsonl");
  // It keeps spans for 5 s, as SDKs do, unless it is asked to hand them on.
  const setup = `
    import { appendFileSync } from "node:fs";
    import { trace } from ${JSON.stringify(API)};
    import { BasicTracerProvider, BatchSpanProcessor } from ${JSON.stringify(SDK)};
    const exporter = {
      export(spans, done) {
        for (const span of spans) appendFileSync(${JSON.stringify(file)}, JSON.stringify({
          name: span.name, trace: span.spanContext().traceId, outcome: span.attributes["smartpbx.call.outcome"],
        }) + "\\n");
        done({ code: 0 });
      },
      shutdown: async () => {},
    };
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }));
  `;
  const path = join(cwd, "tracing.mjs");
  writeFileSync(path, setup);
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(path).href}` };
  const server = await serve(["--agent-option", "mode=instant", ...args], { cwd, env });
  const phone = await Phone.call(server.url);
  await phone.echoed();
  phone.say({ event: "hangup", hangup: { callId: phone.callId } });
  await server.first("call-ended");
  expect(await server.stop()).toBe(0);
  const spans = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as WrittenSpan);
  expect(spans.map(({ name }) => name).sort()).toEqual(["smartpbx.agent", "smartpbx.call"]);
  expect(spans.find(({ name }) => name === "smartpbx.call")?.outcome).toBe("caller-hung-up");
  expect(new Set(spans.map(({ trace }) => trace)).size).toBe(1);
});
