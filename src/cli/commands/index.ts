/** The list of commands. What a command needs is imported when it runs: `--help` does not pay for audio. */
import type { Given } from "../../config/resolve.js";
import type { CommandName } from "../../config/setting.js";
import { settle } from "../settle.js";
import type { Io } from "../ui/io.js";

export interface Command {
  readonly name: CommandName;
  /** A few words for the list of commands. */
  readonly summary: string;
  /** A sentence or two for the command's own help, wrapped at 80 columns. */
  readonly description: string;
  /** Without the program's name. */
  readonly examples: readonly string[];
  /** Runs the command to its end and gives the exit code. */
  start(given: Given, io: Io): Promise<number>;
}

const serve: Command = {
  name: "serve",
  summary: "answer SmartPBX calls with your agent",
  description: "Answers SmartPBX calls with your agent, and prints what to enter in the portal.",
  examples: [
    "serve                      # the echo agent on port 8080",
    "serve -a adk:ws://127.0.0.1:8000/ws/{callId}?is_audio=true",
    "serve --host 0.0.0.0 --auth-header X-Api-Key --record calls",
  ],
  async start(given, io) {
    const { readSettings, run } = await import("./serve.js");
    return run(readSettings(settle("serve", given, io), io.env), io);
  },
};

const simulate: Command = {
  name: "simulate",
  summary: "call an endpoint as SmartPBX would",
  description: "Calls an endpoint as SmartPBX would, and whatever stands behind it.",
  examples: [
    "simulate --out reply.wav   # a sample voice calls your agent",
    "simulate --url ws://127.0.0.1:8080/media-stream --wav hi.wav",
    "simulate conversation barge-in hours.yaml   # scenarios",
    "simulate --url wss://HOST/ws --header 'X-Api-Key: $API_KEY'",
  ],
  async start(given, io) {
    const { readSettings, run } = await import("./simulate.js");
    return run(await readSettings(settle("simulate", given, io), io.env), io);
  },
};

const record: Command = {
  name: "record",
  summary: "stand before an endpoint you have, and save every call",
  description: "Stands between SmartPBX and an endpoint you have, and saves every call.",
  examples: [
    "record wss://HOST/media-stream",
    "record wss://HOST/ws -o calls --header 'X-Api-Key: $API_KEY'",
  ],
  async start(given, io) {
    const { readSettings, run } = await import("./record.js");
    return run(readSettings(settle("record", given, io), io.env), io);
  },
};

const agents: Command = {
  name: "agents",
  summary: "list the kinds of agents and their options",
  description: "Lists the kinds of agents, what follows the colon in --agent, and their options.",
  examples: ["agents", "agents --json"],
  async start(given, io) {
    const { run } = await import("./agents.js");
    return run(settle("agents", given, io).values, io);
  },
};

const devices: Command = {
  name: "devices",
  summary: "list microphones and speakers",
  description: "Lists microphones and speakers, which is the default, and what carries sound.",
  examples: ["devices", "devices --json", "devices --audio card"],
  async start(given, io) {
    const { run } = await import("./devices.js");
    return run(settle("devices", given, io).values, io);
  },
};

export const commands: readonly Command[] = [serve, simulate, record, agents, devices];
