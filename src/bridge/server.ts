/** Answers SmartPBX: one WebSocket per call, and the few HTTP requests beside it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Agent } from "../agents/index.js";
import { HANG_UP_ONLY, type ToolRunner } from "../agents/tools.js";
import { createConverter } from "../audio/convert.js";
import { PORTAL_FORMATS, pcm16 } from "../audio/format.js";
import { loadOpus } from "../audio/opus.js";
import type { Observer } from "../call/events.js";
import type { CallSettings } from "../call/settings.js";
import { type Clock, realClock } from "../clock.js";
import { countCalls, countLateness } from "../monitoring/count-calls.js";
import { Counts } from "../monitoring/counts.js";
import { serverMetrics } from "../monitoring/server-metrics.js";
import { accept } from "../websocket/accept.js";
import { refuse } from "../websocket/refuse.js";
import { Door, type DoorSettings, wrongAddressWords } from "./door.js";
import { answerHttp } from "./http.js";
import { listen, nearHost } from "./listen.js";
import { OneATurn } from "./one-a-turn.js";
import { type DoorRefusal, refusalText } from "./refusals.js";
import { type RunningCall, runCall } from "./run-call.js";
import { createServer, renewing, type TlsFiles } from "./tls.js";
import type { Overview, Together } from "./together.js";
import { Wakeups } from "./wakeups.js";

/** `path` is where SmartPBX connects, for example `/media-stream`. */
export interface ServerSettings extends DoorSettings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: TlsFiles;
  readonly maxMessageBytes: number;
  /** Time between WebSocket pings; 0 sends none. */
  readonly pingMs: number;
  readonly call: Omit<CallSettings, "agent" | "opus">;
  readonly agent: Agent;
  /** What the agent's model may ask for. Default: `hang_up`. */
  readonly tools?: ToolRunner;
  /** Makes the observers of one call, which may end it. */
  readonly observe: (call: Pick<RunningCall, "hangUp">) => readonly Observer[];
  /** Where SmartPBX reaches the media socket from outside, once that is known. */
  readonly publicUrl?: () => string | undefined;
  /** What people should hear of that is no call's. */
  readonly warn?: (code: string, message: string) => void;
  /** What else is served here, asked before all else; each call says whether it has taken the request. */
  readonly beside?: Beside;
  /** Where it is counted what happens. */
  readonly counts?: Counts;
  /** Of one of several processes: who lets callers in, and tells of all. Default: this process alone. */
  readonly together?: Together;
  readonly clock?: Clock;
}

export interface Beside {
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** The server closes: no connection must be left. */
  close(): void;
}

export interface BridgeServer {
  readonly port: number;
  /** `ws://127.0.0.1:8080/media-stream` */
  readonly url: string;
  /** Calls that run now. */
  readonly calls: number;
  readonly overview: Overview;
  /** Takes no new calls from now on; resolves when the last running one has ended. */
  drain(): Promise<void>;
  /** Ends every running call now. */
  cut(): void;
  /** Takes no new calls, ends the running ones and stops listening. */
  close(): Promise<void>;
}

/** @throws BridgeError when the port is taken, or a file or the address cannot be used. */
export async function startServer(settings: ServerSettings): Promise<BridgeServer> {
  const clock = settings.clock ?? realClock;
  const wakeups = new Wakeups(clock);
  const setups = new OneATurn();
  const counts = settings.counts ?? new Counts();
  const counter = countCalls(counts);
  const onLate = countLateness(counts);
  const running = new Set<RunningCall>();
  let draining = false;
  let hasToldOfAddress = false;
  let onIdle: (() => void) | undefined;

  const together = settings.together ?? alone();
  const server = createServer(settings.tls);
  const answer = answerHttp({
    path: settings.path,
    tls: settings.tls !== undefined,
    overview: together,
    publicUrl: () => settings.publicUrl?.(),
  });
  server.on("request", (request, response) => {
    if (!settings.beside?.request(request, response)) answer(request, response);
  });
  server.on("upgrade", (request, socket, head) => void upgrade(request, socket, head));
  // After a standstill the timers run first: the answers that came meanwhile are read before somebody is missed.
  const pinging =
    settings.pingMs > 0 ? setInterval(() => setImmediate(pingAll), settings.pingMs).unref() : undefined;

  function alone(): Together {
    const door = new Door(settings, clock);
    const house = () => ({ isDraining: draining, calls: running.size });
    return {
      house,
      metrics: () => serverMetrics(counts, { ...house(), maxCalls: settings.maxCalls, workers: 1 }),
      knock(request) {
        const answered = door.knock(request, house());
        if (answered.refused) counts.add("smartpbx_bridge_refused_total", 1, answered.refused);
        return answered;
      },
    };
  }

  function pingAll(): void {
    for (const call of running) call.ping();
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    if (settings.beside?.upgrade(request, socket, head)) return;
    const opus = await loadOpus().catch(() => undefined);
    await setups.next();
    // Whoever is let in at once must be inside before the next one knocks.
    const knocked = together.knock(request);
    const answered = knocked instanceof Promise ? await knocked : knocked;
    if (answered.refused) return refused(request, socket, answered.refused);
    const leave = answered.enter();
    const connection = accept(request, socket, head, settings);
    // Whoever asked wrongly, or has gone meanwhile, gives the place back.
    if (!connection) return leave();
    const call: RunningCall = runCall(connection, {
      settings: { ...settings.call, agent: settings.agent.name, opus },
      agent: settings.agent,
      tools: settings.tools ?? HANG_UP_ONLY,
      observers: [counter, ...settings.observe({ hangUp: () => call.hangUp() })],
      clock,
      wakeups,
      onLate,
      onClosed: () => {
        leave();
        running.delete(call);
        if (running.size === 0) onIdle?.();
      },
    });
    running.add(call);
  }

  function refused({ headers }: IncomingMessage, socket: Duplex, cause: DoorRefusal): void {
    if (cause === "wrong-address" && !hasToldOfAddress) {
      hasToldOfAddress = true;
      settings.warn?.(cause, wrongAddressWords(headers, settings));
    }
    refuse(socket, refusalText(cause));
  }

  const port = await listen(server, settings, {
    inUse: `stop the program that listens there, or use another port: --port ${settings.port + 1}`,
    refused: "use --host 127.0.0.1 or --host 0.0.0.0, and a --port above 1023",
  });
  const renewal =
    settings.tls &&
    renewing(server, settings.tls, clock, ({ message }) =>
      settings.warn?.("certificate-not-renewed", `the new certificate is not used yet: ${message}`),
    );
  // Ready before the first caller is, but not before we listen.
  void loadOpus().catch(() => {});
  setImmediate(warmUp);
  const idle = () =>
    running.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => (onIdle = resolve));

  function drain(): Promise<void> {
    draining = true;
    return idle();
  }

  function cut(): void {
    for (const call of running) call.shutDown();
  }

  return {
    port,
    url: `${settings.tls ? "wss" : "ws"}://${nearHost(settings.host)}:${port}${settings.path}`,
    get calls() {
      return running.size;
    },
    overview: together,
    drain,
    cut,
    async close() {
      const drained = drain();
      cut();
      await drained;
      clearInterval(pinging);
      renewal?.cancel();
      settings.beside?.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Makes the filters of the usual conversions and runs them once, so that the first call finds them ready. */
function warmUp(): void {
  const ulaw = PORTAL_FORMATS.g711_ulaw;
  const second = new Uint8Array(48_000);
  for (const pcm of [pcm16(24000), pcm16(16000)]) {
    createConverter(ulaw, pcm).convert(second.subarray(0, 8000));
    createConverter(pcm, ulaw).convert(second);
  }
}
