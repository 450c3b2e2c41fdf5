/** The list of commands. What a command needs is imported when it runs: `--help` does not pay for audio. */
import type { Given } from "../../config/resolve.js";
import type { CommandName } from "../../config/setting.js";
import { isWorker } from "../../workers/marker.js";
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
  /** True where a config file has nothing to say, and one that does not load does no harm. */
  readonly needsNoConfig?: true;
  /** True where only the end matters, and a pause on the way disturbs nobody. */
  readonly carriesNoCall?: true;
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
    // What is odd about the settings the primary has said.
    const told = isWorker() ? { stderr: { ...io.stderr, write: () => {} } } : io;
    return run(readSettings(settle("serve", given, told), io.env), io);
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

const replay: Command = {
  name: "replay",
  summary: "play saved calls again and compare",
  description:
    "Plays saved calls again, as the caller or in the agent's place, and says what is\ndifferent from the recording.",
  examples: [
    "replay recordings/CALL            # to your agent",
    "replay recordings --url wss://HOST/ws --reporter junit:out.xml",
    "replay recordings/CALL --as agent # answers, without a key",
  ],
  async start(given, io) {
    const { readSettings, run } = await import("./replay.js");
    return run(readSettings(settle("replay", given, io)), io);
  },
};

const inspect: Command = {
  name: "inspect",
  carriesNoCall: true,
  summary: "timeline, latencies and problems of a saved call",
  description: "Shows a saved call: who spoke when, how fast the agent answered, what is wrong.",
  examples: [
    "inspect recordings/20261122T125900.123Z-call-1",
    "inspect recordings/CALL --html call.html --open",
    "inspect recordings/CALL --sides audio --vcon call.vcon.json",
  ],
  async start(given, io) {
    const { readSettings, run } = await import("./inspect.js");
    return run(readSettings(settle("inspect", given, io)), io);
  },
};

const redact: Command = {
  name: "redact",
  carriesNoCall: true,
  summary: "take personal data out of a saved call",
  description: "Masks numbers and transcripts of a saved call, and silences stretches of it.",
  examples: ["redact recordings/CALL", "redact recordings/CALL --silence 12s-15.5s -o shared"],
  async start(given, io) {
    const { readSettings, run } = await import("./redact.js");
    return run(readSettings(settle("redact", given, io)), io);
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

const init: Command = {
  name: "init",
  summary: "write a config, a scenario and a CI workflow",
  description:
    "Asks a few questions, each of which is a flag, and writes a config, a first\nscenario, .env.example and a CI workflow. Overwrites nothing without asking.",
  examples: [
    "init                       # here, question by question",
    "init --yes                 # the echo agent, nothing asked",
    "init calls --agent openai --record recordings --ci gitlab -y",
  ],
  needsNoConfig: true,
  async start(given, io) {
    const { readSettings, run } = await import("./init.js");
    return run(readSettings(settle("init", given, io)), io);
  },
};

const doctor: Command = {
  name: "doctor",
  summary: "why does it not work? checks this computer, or an endpoint",
  description:
    "Checks this computer, the settings and the agent; with an address, how the\nendpoint behind it behaves when SmartPBX calls. Exit 1 when something is wrong.",
  examples: [
    "doctor                     # this computer",
    "doctor -a openai           # and whether it takes your key",
    "doctor wss://HOST/ws --header 'X-Api-Key: $API_KEY'",
  ],
  async start(given, io) {
    const { readSettings, run } = await import("./doctor.js");
    return run(readSettings(given, io.env), io);
  },
};

const completion: Command = {
  name: "completion",
  summary: "let the TAB key complete commands, flags and values",
  description:
    "Prints the script with which bash, zsh or fish completes commands, flags and\nvalues. Nothing of this runs when TAB is pressed. Put it where the shell looks:\n  bash  a line in ~/.bashrc: source <(smartpbx-bridge completion bash)\n  zsh   a file named _smartpbx-bridge in a folder of $fpath\n  fish  ~/.config/fish/completions/smartpbx-bridge.fish",
  examples: ["completion bash", "completion zsh", "completion fish"],
  needsNoConfig: true,
  async start(given, io) {
    const { readSettings, run } = await import("./completion.js");
    return run(readSettings(settle("completion", given, io), io.env), io);
  },
};

export const commands: readonly Command[] = [
  serve,
  simulate,
  record,
  replay,
  inspect,
  redact,
  agents,
  devices,
  doctor,
  init,
  completion,
];
