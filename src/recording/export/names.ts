/** Who made an export, and what the endpoint of a recorded call is called in it. */
import type { CallFile } from "../format.js";

export interface Creator {
  readonly name: string;
  readonly version: string;
}

/** Where the call went is not kept of a server's own calls. */
const UNKNOWN_ENDPOINT = "wss://endpoint.invalid/media-stream";

/** The address in what is known of the agent, such as `smartpbx:wss://host/path`; it holds no secret. */
export function endpointUrl({ agent }: Pick<CallFile, "agent">): string {
  const address = /\bwss?:\/\/\S+$/.exec(agent)?.[0];
  return address !== undefined && URL.canParse(address) ? address : UNKNOWN_ENDPOINT;
}
