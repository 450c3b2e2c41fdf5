/** What a server tells of itself, and who lets callers in: the server's own doing, or that of the primary of several processes. */
import type { IncomingMessage } from "node:http";
import type { Answer, House } from "./door.js";

export interface Overview {
  house(): House | Promise<House>;
  /** In the Prometheus text format. */
  metrics(): string | Promise<string>;
}

/** For one of several processes that are one server. */
export interface Together extends Overview {
  /** A place that is given is kept until whoever entered leaves. */
  knock(request: IncomingMessage): Answer | Promise<Answer>;
}
