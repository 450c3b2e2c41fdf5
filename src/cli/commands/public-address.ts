/** The address at which SmartPBX reaches a server: given by the user, or got from a tunnel. */
import { nearHost } from "../../bridge/listen.js";
import type { BridgeServer } from "../../bridge/server.js";
import type { Reporter } from "../../report/reporter.js";
import { healthUrl, watchHealth } from "../../tunnel/reach.js";
import { ADDRESS_TIMEOUT_MS, checkInstalled, openTunnel, type Tunnel } from "../../tunnel/tunnel.js";
import type { Io } from "../ui/io.js";

export interface PublicSettings {
  /** `wss://HOST`, with or without a path. */
  readonly publicUrl: string | undefined;
  readonly tunnel: "cloudflared" | "ngrok" | "tailscale" | undefined;
  /** The path of the media socket. */
  readonly path: string;
  readonly host: string;
  readonly auth: object | undefined;
  readonly tls: object | undefined;
  readonly quiet: boolean;
}

/** What takes less time needs no line. */
const SAY_AFTER_MS = 300;

export class PublicAddress {
  readonly #settings: PublicSettings;
  readonly #reporter: Pick<Reporter, "warning">;
  readonly #io: Pick<Io, "env" | "clock" | "stderr">;
  #url: string | undefined;
  #tunnel: Tunnel | undefined;
  #isStopping = false;
  #stopWatching: () => void = () => {};

  /** @throws BridgeError `no-tunnel` */
  constructor(
    settings: PublicSettings,
    reporter: Pick<Reporter, "warning">,
    io: Pick<Io, "env" | "clock" | "stderr">,
  ) {
    this.#settings = settings;
    this.#reporter = reporter;
    this.#io = io;
    if (settings.tunnel) checkInstalled(settings.tunnel, io.env);
    if (settings.publicUrl !== undefined) this.#url = withPath(settings.publicUrl, settings.path);
  }

  /** `wss://HOST/media-stream`; undefined while it is not known, and where there is none. */
  get url(): string | undefined {
    return this.#url;
  }

  /**
   * Gets the address, if a tunnel is to give one. @param stopping resolves when nobody waits for it any more.
   * @returns false when that came first. @throws BridgeError `tunnel-failed`
   */
  async open(server: Pick<BridgeServer, "port">, stopping: Promise<unknown>): Promise<boolean> {
    const { tunnel } = this.#settings;
    if (!tunnel) return true;
    const { clock, env, stderr } = this.#io;
    const say = (text: string) => {
      if (!this.#settings.quiet) stderr.write(`${text}\n`);
    };
    this.#tunnel = openTunnel(tunnel, {
      target: this.#target(server.port),
      env,
      clock,
      onAsk: (url) => say(`${tunnel} waits for you to open ${url}`),
      onMoved: (address) =>
        this.#reporter.warning(
          "tunnel-moved",
          `${tunnel} has a new address. Enter it in the portal: ${withPath(socketOf(address), this.#settings.path)}`,
        ),
    });
    const timer = clock.setTimer(
      () => say(`Waiting for ${tunnel}'s public address, at most ${ADDRESS_TIMEOUT_MS / 1000} s …`),
      SAY_AFTER_MS,
    );
    // Its failure is no news to somebody who has stopped us meanwhile.
    this.#tunnel.address.catch(() => {});
    const address = await Promise.race([this.#tunnel.address, stopping.then(() => undefined)]).finally(() =>
      timer.cancel(),
    );
    if (address === undefined) return false;
    this.#url = withPath(socketOf(address), this.#settings.path);
    return true;
  }

  /** Says what is wrong with the address now, and what goes wrong with it later. */
  watch(): void {
    const { tunnel, auth, path } = this.#settings;
    if (this.#url === undefined) return;
    if (!auth)
      this.#reporter.warning(
        "public-without-auth",
        "Anyone who finds this address can talk to your agent. Set SMARTPBX_TOKEN and add --auth-header X-Api-Key.",
      );
    this.#stopWatching = watchHealth(healthUrl(this.#url, path), this.#io.clock, (fault) => {
      if (fault !== undefined)
        this.#reporter.warning(
          "public-address-silent",
          `From this computer, the public address does not lead here (${fault}). Try it from elsewhere: curl ${healthUrl(this.#url!, path)}`,
        );
    });
    void this.#tunnel?.ended.then((why) => {
      if (this.#isStopping) return;
      this.#stopWatching();
      this.#reporter.warning(
        "tunnel-ended",
        `${tunnel} has ended (${why}). No new call can come through the public address: start again.`,
      );
    });
  }

  /** Resolves when nothing of the tunnel is left. */
  async close(): Promise<void> {
    this.#isStopping = true;
    this.#stopWatching();
    await this.#tunnel?.stop();
  }

  #target(port: number): string {
    const { host, tls } = this.#settings;
    return `${tls ? "https" : "http"}://${nearHost(host)}:${port}`;
  }
}

function socketOf(address: string): string {
  return `wss://${new URL(address).host}`;
}

/** A path that the user gave stays; the proxy in front may have another than we have. */
function withPath(url: string, path: string): string {
  const { host, pathname, search } = new URL(url);
  return `wss://${host}${pathname === "/" ? path : pathname}${search}`;
}
