/** The one table of settings. Flags, environment variables, config file keys and `--help` all follow from it. */
import type { CommandName, Setting, SettingKey } from "./setting.js";

const EVERY = [
  "serve",
  "simulate",
  "record",
  "replay",
  "inspect",
  "redact",
  "agents",
  "devices",
  "doctor",
  "init",
  "completion",
] as const;
const SERVERS = ["serve", "record"] as const;
const LISTENERS = [...SERVERS, "replay"] as const;
const WITH_AGENT = ["serve", "simulate", "replay"] as const;
/** And those that only ask it. */
const ABOUT_AGENT = [...WITH_AGENT, "doctor"] as const;
/** Where it is told whether what serve needs is there. */
const ABOUT_PORT = [...LISTENERS, "doctor"] as const;
const CALLERS = ["simulate", "replay"] as const;

// biome-ignore format: a table reads best with one row after the other.
const table = {
  upstream: { flag: "<upstream>", type: "address", commands: ["record"],
    help: "the endpoint that answers the calls, wss://…" },
  recordings: { flag: "-o, --out <dir>", type: "path", default: "recordings", commands: ["record"],
    help: "folder for the recordings" },

  replayed: { flag: "[recording...]", type: "names", commands: ["replay"], inFile: false,
    help: "folders of saved calls, or folders of such" },
  inspected: { flag: "<recording>", type: "path", commands: ["inspect", "redact"], inFile: false,
    help: "folder of a saved call" },
  as: { flag: "--as <side>", type: "choice", choices: ["caller", "agent"], default: "caller", commands: ["replay"],
    help: "caller or agent: whose part is played" },
  timing: { flag: "--timing <kind>", type: "choice", choices: ["exact", "turns"], default: "exact", commands: ["replay"],
    help: "exact, or turns: waits for the other side" },
  expect: { flag: "--expect <file>", type: "path", commands: ["replay"], inFile: false,
    help: "what may differ; else expect.yaml beside the call" },
  accept: { flag: "--accept", type: "boolean", commands: ["replay"], inFile: false,
    help: "write this run to expect.yaml as a good one" },
  repeat: { flag: "--repeat <n>", type: "integer", default: "1", min: 1, max: 10_000, commands: ["replay"], inFile: false,
    help: "replay each so many times" },

  html: { flag: "--html <file>", type: "path", commands: ["inspect"], inFile: false,
    help: "write the report as one page" },
  open: { flag: "--open", type: "boolean", commands: ["inspect"], inFile: false,
    help: "show the page in the browser" },
  vcon: { flag: "--vcon <file>", type: "path", commands: ["inspect"], inFile: false,
    help: "export as vCon" },
  har: { flag: "--har <file>", type: "path", commands: ["inspect"], inFile: false,
    help: "export the messages as HAR" },
  sides: { flag: "--sides <dir>", type: "path", commands: ["inspect"], inFile: false,
    help: "export each side as WAV; Opus as it is, in Ogg" },
  repair: { flag: "--repair", type: "boolean", commands: ["inspect"], inFile: false,
    help: "complete a recording that a crash cut off" },

  redacted: { flag: "-o, --out <dir>", type: "path", commands: ["redact"], inFile: false,
    help: "leave the recording as it is, write this one" },
  silenced: { flag: "--silence <from-to>", type: "spans", commands: ["redact"], inFile: false,
    help: "make silence of a stretch, as 2s-4.5s" },
  side: { flag: "--side <who>", type: "choice", choices: ["both", "caller", "agent"], default: "both", commands: ["redact"], inFile: false,
    help: "both, caller or agent: who is silenced" },

  folder: { flag: "[dir]", type: "path", default: ".", commands: ["init"], inFile: false,
    help: "folder for the files, made if it is not there" },
  yes: { flag: "-y, --yes", type: "boolean", commands: ["init"], inFile: false,
    help: "ask nothing, take the defaults, keep files" },
  force: { flag: "--force", type: "boolean", commands: ["init"], inFile: false,
    help: "overwrite files that are there" },
  ci: { flag: "--ci <kind>", type: "choice", choices: ["github", "gitlab", "none"], default: "github", commands: ["init"], inFile: false,
    help: "workflow: github, gitlab or none" },

  examined: { flag: "[url]", type: "address", commands: ["doctor"], inFile: false,
    help: "an endpoint to examine, ws://… or wss://…" },

  port: { flag: "-p, --port <port>", type: "integer", default: "8080", min: 0, max: 65535, commands: [...ABOUT_PORT, "init"],
    help: "port to listen on; 0 takes a free one" },
  host: { flag: "--host <address>", type: "string", default: "127.0.0.1", commands: ABOUT_PORT,
    help: "address to listen on; 0.0.0.0 for all" },
  path: { flag: "--path <path>", type: "route", default: "/media-stream", commands: ABOUT_PORT,
    help: "path of the media WebSocket" },
  authHeader: { flag: "--auth-header <name>", type: "headerName", commands: [...SERVERS, "doctor", "init"],
    help: "header that must hold the value of SMARTPBX_TOKEN" },
  phone: { flag: "--phone", type: "boolean", commands: ["serve"],
    help: "a phone to call it with, as a page at /phone" },
  inspect: { flag: "--inspect", type: "boolean", commands: ["serve"],
    help: "shows the calls on a page, for this computer only" },
  publicUrl: { flag: "--public-url <url>", type: "publicUrl", commands: [...SERVERS, "doctor"], excludes: ["tunnel"],
    help: "where SmartPBX reaches this, wss://HOST" },
  tunnel: { flag: "--tunnel <program>", type: "choice", choices: ["cloudflared", "ngrok", "tailscale"], commands: SERVERS,
    help: "public address by cloudflared, ngrok or tailscale" },
  tlsCert: { flag: "--tls-cert <file>", type: "path", commands: SERVERS, needs: "tlsKey",
    help: "certificate chain, for wss:// without a proxy" },
  tlsKey: { flag: "--tls-key <file>", type: "path", commands: SERVERS, needs: "tlsCert",
    help: "private key of the certificate" },
  allowAddress: { flag: "--allow-address <cidr>", type: "addresses", commands: SERVERS,
    help: "who may connect, as 203.0.113.0/24; else all" },
  trustedProxy: { flag: "--trusted-proxy <cidr>", type: "addresses", commands: SERVERS,
    help: "proxies whose X-Forwarded-For is believed" },
  allowAccount: { flag: "--allow-account <id>", type: "list", commands: SERVERS,
    help: "accounts whose calls are taken; else all" },

  scenario: { flag: "[scenario...]", type: "names", commands: ["simulate"], inFile: false,
    excludes: ["wav", "tone", "silence", "mic", "browser"],
    help: "built-in scenarios or .yaml files, a call each" },
  tts: { flag: "--tts <command>", type: "string", commands: ["simulate"],
    help: "speaks texts, as espeak-ng -w {out} -- {text}" },
  url: { flag: "--url <address>", type: "address", commands: CALLERS,
    help: "the endpoint to call; without it, your agent" },
  provider: { flag: "--provider <file>", type: "path", commands: ["simulate"],
    help: "the portal's four fields as JSON, instead of --url" },
  header: { flag: "--header <k: v>", type: "headers", commands: ["simulate", "replay", "record", "doctor"], belongsTo: ["url", "provider", "upstream", "examined"],
    help: "request header; $NAME comes from the environment" },

  agent: { flag: "-a, --agent <spec>", type: "agent", default: "echo", commands: [...ABOUT_AGENT, "init"], excludes: ["url", "provider"],
    help: "kind, kind:URL or a module; see: agents" },
  agentOption: { flag: "--agent-option <k=v>", type: "options", commands: ABOUT_AGENT, belongsTo: ["agent"],
    help: "option of the agent kind" },
  agentHeader: { flag: "--agent-header <k: v>", type: "headers", commands: ABOUT_AGENT, belongsTo: ["agent"],
    help: "request header for the agent; $NAME as above" },
  agentTimeout: { flag: "--agent-timeout <time>", type: "duration", default: "10s", min: 1, commands: ABOUT_AGENT,
    help: "longest wait for the agent to connect" },

  tools: { type: "tools", commands: ABOUT_AGENT,
    help: "what the agent may do besides talking" },

  record: { flag: "--record <dir>", type: "path", commands: [...ABOUT_AGENT, "init"],
    help: "save every call in this folder" },
  noAudio: { flag: "--no-audio", type: "boolean", commands: ["serve", "simulate", "record"],
    help: "save events only, no sound" },
  upload: { flag: "--upload <s3://…>", type: "bucket", commands: SERVERS, needs: "record",
    help: "upload every recording to this bucket" },
  uploadEndpoint: { flag: "--upload-endpoint <url>", type: "httpAddress", commands: SERVERS, needs: "upload",
    help: "S3 service, where it is not Amazon's" },
  uploadDelete: { flag: "--upload-delete", type: "boolean", commands: SERVERS, needs: "upload",
    help: "delete recordings here once they are there" },

  format: { flag: "--format <encoding>", type: "choice", choices: ["g711_ulaw", "pcm16", "opus"], default: "g711_ulaw", commands: ["simulate", "init"],
    help: "g711_ulaw, pcm16 or opus" },
  profile: { flag: "--profile <name>", type: "choice", choices: ["readme", "v06", "v07"], default: "v06", commands: ["simulate"],
    help: "SmartPBX document: readme, v06 or v07" },
  caller: { flag: "--caller <number>", type: "string", default: "+12025550101", commands: ["simulate"],
    help: "caller's number" },
  callee: { flag: "--callee <number>", type: "string", default: "+12025550199", commands: ["simulate"],
    help: "number that is called" },
  account: { flag: "--account <id>", type: "string", default: "simulated", commands: ["simulate"],
    help: "account id" },
  mic: { flag: "--mic [device]", type: "device", commands: ["simulate"], excludes: ["wav", "tone", "silence"],
    help: "you speak, through this microphone; see: devices" },
  speaker: { flag: "--speaker [device]", type: "device", commands: ["simulate"],
    help: "hear the answer; with --mic on by default" },
  audio: { flag: "--audio <kind>", type: "choice", choices: ["tools", "card"], commands: ["simulate", "devices", "doctor"],
    help: "carry sound by tools or card; see: devices" },
  noSpeaker: { flag: "--no-speaker", type: "boolean", commands: ["simulate"], excludes: ["speaker"], inFile: false,
    help: "speak and hear nothing" },
  echo: { flag: "--echo <way>", type: "choice", choices: ["cancel", "guard", "off"], commands: ["simulate"],
    help: "cancel (default), guard mutes you meanwhile, off" },
  browser: { flag: "--browser", type: "boolean", commands: ["simulate"],
    excludes: ["mic", "speaker", "noSpeaker", "echo", "wav", "tone", "silence", "calls", "concurrency", "rate"],
    help: "you speak and hear through a page in the browser" },
  wav: { flag: "--wav <file>", type: "path", commands: ["simulate"], excludes: ["tone", "silence"],
    help: "the caller says this; else you, or a sample voice" },
  tone: { flag: "--tone <hz>", type: "frequency", min: 20, max: 20000, commands: ["simulate"], excludes: ["silence"],
    help: "the caller is a sine tone" },
  silence: { flag: "--silence", type: "boolean", commands: ["simulate"],
    help: "the caller says nothing" },
  out: { flag: "--out <wav>", type: "path", commands: ["simulate"],
    help: "write the answer to this file" },
  dtmf: { flag: "--dtmf <keys>", type: "dtmf", commands: ["simulate"],
    help: 'keys to press, as "1@2s,#@3.5s"' },
  hangUpAfter: { flag: "--hang-up-after <time>", type: "duration", min: 1, commands: ["simulate"], excludes: ["dropAfter"],
    help: "hang up in good order" },
  dropAfter: { flag: "--drop-after <time>", type: "duration", min: 1, commands: ["simulate"],
    help: "cut the connection without a word" },
  network: { flag: "--network <k=v,…>", type: "network", commands: ["simulate"],
    help: "late and missing audio, as jitter=30ms,loss=2%" },
  quirk: { flag: "--quirk <names>", type: "quirks", commands: ["simulate"],
    help: "what a real PBX may do; see: help quirks" },
  seed: { flag: "--seed <n>", type: "integer", min: 0, max: 0xffff_ffff, commands: ["simulate"],
    help: "repeats a run: its network, noise and call ids" },
  calls: { flag: "--calls <n>", type: "integer", default: "1", min: 1, max: 1_000_000, commands: ["simulate"],
    help: "how many calls" },
  concurrency: { flag: "--concurrency <n>", type: "integer", default: "1", min: 1, max: 10_000, commands: ["simulate"],
    help: "how many at a time" },
  rate: { flag: "--rate <n/s>", type: "rate", commands: ["simulate"],
    help: "at most so many new calls a second" },
  budget: { flag: "--budget <name=limit>", type: "budgets", commands: ["simulate"],
    help: "as first-audio.p95=900ms; over it, exit code 1" },
  reporter: { flag: "--reporter <names>", type: "reporters", commands: [...CALLERS, "doctor"],
    help: "as list,junit:FILE; also json jsonl github html" },
  ramp: { flag: "--ramp", type: "boolean", commands: ["simulate"], excludes: ["calls"],
    help: "find the most calls within the budgets" },

  maxCalls: { flag: "--max-calls <n>", type: "integer", default: "200", min: 1, max: 100_000, commands: SERVERS,
    help: "calls at a time; more get 503" },
  addressCalls: { flag: "--address-calls <n>", type: "integer", min: 1, max: 100_000, commands: SERVERS,
    help: "calls at a time from one address; more get 429" },
  addressRate: { flag: "--address-rate <n/s>", type: "rate", commands: SERVERS,
    help: "new connections a second from one address" },
  startTimeout: { flag: "--start-timeout <time>", type: "duration", default: "10s", min: 1, commands: SERVERS,
    help: "longest wait for a call's start message" },
  idleTimeout: { flag: "--idle-timeout <time>", type: "duration", default: "90s", min: 1, commands: SERVERS,
    help: "longest time without any message" },
  maxDuration: { flag: "--max-duration <time>", type: "duration", default: "60m", min: 1, commands: SERVERS,
    help: "longest call" },
  maxMessage: { flag: "--max-message <size>", type: "bytes", default: "256KiB", min: 1024, max: 64 * 1024 * 1024, commands: SERVERS,
    help: "largest message" },
  maxQueued: { flag: "--max-queued <time>", type: "duration", default: "30s", min: 20, commands: ["serve"],
    help: "most agent audio held for a call" },
  lead: { flag: "--lead <time>", type: "duration", default: "60ms", min: 0, max: 1000, commands: ["serve"],
    help: "how far agent audio is sent ahead" },
  preRoll: { flag: "--pre-roll <time>", type: "duration", default: "0ms", min: 0, max: 2000, commands: ["serve"],
    help: "silence before the first word" },
  ping: { flag: "--ping <time>", type: "duration", default: "30s", min: 0, commands: SERVERS,
    help: "time between WebSocket pings; 0 sends none" },
  opusFraming: { flag: "--opus-framing <kind>", type: "choice", choices: ["auto", "raw", "ogg", "webm"], default: "auto", commands: WITH_AGENT,
    help: "Opus payloads: auto, raw, ogg or webm" },
  workers: { flag: "--workers <n>", type: "workers", min: 1, max: 256, commands: ["serve"], excludes: ["phone", "inspect"],
    help: "processes that share the calls; auto: one a core" },
  metrics: { flag: "--metrics <address>", type: "listenAddress", commands: SERVERS,
    help: "where Prometheus asks, as 9464 or 0.0.0.0:9464" },
  drain: { flag: "--drain <time>", type: "duration", default: "30s", min: 0, commands: SERVERS,
    help: "time for calls to end after ^C or SIGTERM" },

  shell: { flag: "<shell>", type: "choice", choices: ["bash", "zsh", "fish"], commands: ["completion"], inFile: false,
    help: "bash, zsh or fish" },

  json: { flag: "--json", type: "boolean", commands: EVERY,
    help: "results as JSON on stdout, one object a line" },
  quiet: { flag: "--quiet", type: "boolean", commands: EVERY, excludes: ["verbose"],
    help: "only results, warnings and errors" },
  verbose: { flag: "--verbose", type: "boolean", commands: EVERY,
    help: "also transcripts, and where settings come from" },
  showPersonal: { flag: "--show-personal", type: "boolean", commands: EVERY,
    help: "show numbers, transcripts and digits in full" },
  config: { flag: "--config <file>", type: "path", commands: EVERY, inFile: false,
    help: "instead of smartpbx.config.{js,mjs,json}" },
  noColor: { flag: "--no-color", type: "boolean", commands: EVERY, inFile: false,
    help: "no colours; also NO_COLOR, FORCE_COLOR" },
} as const satisfies Record<string, Setting & { readonly commands: readonly CommandName[] }>;

export type Table = typeof table;

export const settings: Readonly<Record<SettingKey, Setting>> = table;

export const settingKeys = Object.keys(table) as SettingKey[];

/** Settings that every command has. */
export function isGlobal(key: SettingKey): boolean {
  return settings[key].commands.length === EVERY.length;
}

/** The keys of one command's settings, in the order of the table. */
export function keysOf(command: CommandName): SettingKey[] {
  return settingKeys.filter((key) => settings[key].commands.includes(command));
}

/** Whether a setting can be given as a flag and as a variable. Others stand in a config file only. */
export function hasFlag(key: SettingKey): boolean {
  return settings[key].flag !== undefined;
}

/** `maxCalls` → `SMARTPBX_MAX_CALLS`. */
export function environmentName(key: SettingKey): string {
  return `SMARTPBX_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The long spelling of a setting's flag, without its value: `--port`; for an argument `<upstream>` or `[scenario...]`. */
export function flagName(key: SettingKey): string {
  const { flag = key } = settings[key];
  return /--[a-z-]+|<.+>|\[.+\]/.exec(flag)?.[0] ?? flag;
}
