/** A browser phone that is there from the beginning, or from when somebody asks for it. */
import type { Beside, BridgeServer } from "../../bridge/server.js";
import type { Observer } from "../../call/events.js";
import type { Reporter } from "../../report/reporter.js";
import type { ServedPhone } from "./serve-phone.js";

export class PhoneSwitch {
  /** Nothing, as long as there is no phone. */
  readonly beside: Beside = {
    request: (request, response) => this.#phone?.beside.request(request, response) ?? false,
    upgrade: (request, socket, head) => this.#phone?.beside.upgrade(request, socket, head) ?? false,
    close: () => this.#phone?.beside.close(),
  };
  readonly #make: (reporter: Pick<Reporter, "phone" | "warning">) => Promise<ServedPhone>;
  readonly #reporter: Reporter;
  #phone: ServedPhone | undefined;
  #url: string | undefined;

  /** @param make given a reporter that is told the address of the page. */
  constructor(
    make: (reporter: Pick<Reporter, "phone" | "warning">) => Promise<ServedPhone>,
    reporter: Reporter,
  ) {
    this.#make = make;
    this.#reporter = reporter;
  }

  /** The address of the page, as it was last announced. Holds the token. */
  get url(): string | undefined {
    return this.#url;
  }

  async turnOn(): Promise<void> {
    this.#phone ??= await this.#make({
      phone: (url) => {
        this.#url = url;
        this.#reporter.phone(url);
      },
      warning: (code, message) => this.#reporter.warning(code, message),
    });
  }

  /** For the server's side of one call. */
  overhear(): Observer[] {
    return this.#phone ? [this.#phone.overhear()] : [];
  }

  /** Says where the page is, if there is one. */
  announce(server: BridgeServer): void {
    this.#phone?.announce(server);
  }
}
