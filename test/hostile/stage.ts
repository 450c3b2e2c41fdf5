/** Where the catalogue is played: one real server with everything turned on, the healthy call in it, and its twin that nobody attacks. */
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Bridge, type Document, folder, serve } from "../e2e/bridge.js";
import { Phone } from "../e2e/phone.js";
import { HealthyCalls } from "./healthy.js";
import { Holder, type Holdings } from "./holdings.js";

const here = (name: string) => new URL(name, import.meta.url);
const LIMITS = ["--agent-timeout", "1500ms", "--start-timeout", "1s", "--idle-timeout", "3s", "--ping", "1s"];

export class Stage {
  readonly server: Bridge;
  readonly healthy: HealthyCalls;
  /** Where the server saves calls: `calls`, and nothing else beside it. */
  readonly root: string;
  readonly #twin: Bridge;
  /** What the server held before its first call. */
  readonly base: Holdings;
  readonly #holder: Holder;
  /** Takes connections and says nothing. */
  readonly #silent: Server;

  private constructor(
    server: Bridge,
    twin: Bridge,
    healthy: HealthyCalls,
    silent: Server,
    root: string,
    holder: Holder,
    base: Holdings,
  ) {
    this.#holder = holder;
    this.base = base;
    this.#silent = silent;
    this.server = server;
    this.#twin = twin;
    this.healthy = healthy;
    this.root = root;
  }

  static async open(): Promise<Stage> {
    const root = folder();
    const probeFile = join(folder(), "held.json");
    const env = {
      NODE_OPTIONS: `--import=${pathToFileURL(fileURLToPath(here("probe.mjs")))}`,
      PROBE_FILE: probeFile,
    };
    const agent = ["--agent", fileURLToPath(here("any-agent.mjs")), "--max-calls", "800"];
    const pages = ["--inspect", "--phone", "--record", join(root, "calls")];
    const [server, twin] = await Promise.all([
      serve([...agent, ...LIMITS, ...pages], { env }),
      serve(["--agent-option", "mode=instant", "--record", join(folder(), "calls")]),
    ]);
    const held = new Holder(server, probeFile);
    // What every process loads with its first call is not held for anybody.
    const first = await Phone.call(server.url);
    await first.echoed();
    await first.hangUp();
    await server.first("call-ended", first.callId);
    const base = await held.look();
    const healthy = await HealthyCalls.begin([server.url, twin.url], [server.pid, twin.pid]);
    const silent = createServer((socket) => socket.on("error", () => {}).resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    return new Stage(server, twin, healthy, silent, root, held, base);
  }

  /** Of the media socket. */
  get url(): string {
    return this.server.url;
  }

  get silentPort(): number {
    return (this.#silent.address() as AddressInfo).port;
  }

  /** `http://127.0.0.1:8081/#token` */
  get inspector(): URL {
    return new URL(String(this.server.all("inspector").at(-1)?.url));
  }

  get phone(): URL {
    return new URL(String(this.server.all("phone").at(-1)?.url));
  }

  /** How a call ended. */
  readonly ended = (callId: string): Promise<Document> => this.server.first("call-ended", callId);

  /** The codes of the warnings about a call, each once. */
  readonly warnings = (callId: string | null): string[] => {
    const codes = this.server.all("warning").filter((document) => document.callId === callId);
    return [...new Set(codes.map(({ code }) => String(code)))];
  };

  /** Whether the server was being looked at when a frame of this time was with it. */
  wasLooked(at: number): boolean {
    return this.#holder.times.some(({ from, to }) => at > from - 200 && at < to + 50);
  }

  held(): Promise<Holdings> {
    return this.#holder.look();
  }

  async close(): Promise<void> {
    this.healthy.kill();
    this.#silent.close();
    await Promise.all([this.server.kill(), this.#twin.kill()]);
  }
}
