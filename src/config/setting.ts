/** What one row of the settings table says, and the types that follow from the rows. */
import type { AgentKind } from "../agents/agent.js";
import type { Span } from "../analysis/call-analysis.js";
import type { QuirkName } from "../protocol/quirks.js";
import type { ReporterSpec } from "../report/results/reporter-names.js";
import type { KeyPress } from "../simulate/appointments.js";
import type { Budget } from "../simulate/budgets.js";
import type { NetworkModel } from "../simulate/network.js";
import type { ToolsConfig } from "../tools/config.js";
import type { Bucket } from "./bucket.js";
import type { ListenAddress } from "./listen-address.js";
import type { Table } from "./schema.js";
import type { ToolsFile } from "./tools.js";

export type CommandName =
  | "serve"
  | "simulate"
  | "record"
  | "replay"
  | "inspect"
  | "redact"
  | "agents"
  | "devices"
  | "doctor"
  | "completion"
  | "init";

export type SettingType =
  | "boolean"
  | "string"
  /** A path of a file or folder, relative to the current folder. */
  | "path"
  /** The path of a URL: begins with `/`. */
  | "route"
  | "headerName"
  /** A `ws://` or `wss://` address. */
  | "address"
  /** A `wss://` or `https://` address at which we are reached from outside. */
  | "publicUrl"
  /** `s3://bucket/prefix`. */
  | "bucket"
  /** An `https://` or `http://` address. */
  | "httpAddress"
  /** A whole number between `min` and `max`. */
  | "integer"
  /** A number of processes, or `auto`. */
  | "workers"
  /** `9464`, on this computer only, or `0.0.0.0:9464`. */
  | "listenAddress"
  /** `300ms`, `30s`, `5m` or `0`. */
  | "duration"
  /** `512B`, `256KiB`, `1MiB`. */
  | "bytes"
  /** `440` or `440Hz`. */
  | "frequency"
  /** `5/s`. */
  | "rate"
  /** One of `choices`. */
  | "choice"
  /** `Name: value`, repeatable. `$NAME` in the value comes from the environment. The values are secrets. */
  | "headers"
  /** `key=value`, repeatable. */
  | "options"
  /** Texts one after the other, as bare arguments. */
  | "names"
  /** `1@2s,#@3.5s`: a key at a time. */
  | "dtmf"
  /** `jitter=30ms,burst=200ms,stall=1s,loss=2%`. */
  | "network"
  /** Names of quirks, with commas between them. */
  | "quirks"
  /** `first-audio.p95=900ms,failed=1%`, repeatable. */
  | "budgets"
  /** `list,junit:results.xml`, repeatable. */
  | "reporters"
  /** `2s-4.5s`, repeatable: stretches of a call. */
  | "spans"
  /** `203.0.113.0/24,2001:db8::/32`, repeatable. */
  | "addresses"
  /** Texts with commas between them, repeatable. */
  | "list"
  /** `kind`, `kind:URL` or the path of a module; in a config file also an agent kind itself. */
  | "agent"
  /** A microphone or speaker by name; `true` for the system's default, `false` for none. */
  | "device"
  /** What the agent's model may do besides talking: an object of a config file. */
  | "tools";

/** Types of flags that may be given several times: the values add up. */
export const REPEATABLE: ReadonlySet<SettingType> = new Set([
  "headers",
  "options",
  "budgets",
  "reporters",
  "spans",
  "addresses",
  "list",
]);

export interface Setting {
  /** As commander reads it: `-p, --port <port>`; for an argument `<upstream>`, or `[scenario...]` for any number. A setting without one has no variable either. */
  readonly flag?: string;
  readonly type: SettingType;
  /** The commands that have it. */
  readonly commands: readonly CommandName[];
  /** One line for `--help`. */
  readonly help: string;
  /** Spelled as a flag's value. */
  readonly default?: string;
  readonly choices?: readonly string[];
  /** Bounds of the value, in the unit in which it is kept: ms for durations, bytes for bytes, Hz for frequencies. */
  readonly min?: number;
  readonly max?: number;
  /** Keys of settings that mean the opposite: two of equal rank are an error, else the stronger source wins. */
  readonly excludes?: readonly string[];
  /** Key of a setting that must be given too. */
  readonly needs?: string;
  /**
   * Keys of the settings that this one goes with. A config file's headers are meant for the config file's address: when
   * the address comes from a flag or variable they are left out, so that no secret goes to a stranger.
   */
  readonly belongsTo?: readonly string[];
  /** False for settings that would come too late in a config file. */
  readonly inFile?: false;
}

/** Checked values, whatever they were written as. */
interface ValueTypes {
  boolean: boolean;
  string: string;
  path: string;
  route: string;
  headerName: string;
  address: string;
  publicUrl: string;
  bucket: Bucket;
  httpAddress: string;
  integer: number;
  workers: number | "auto";
  listenAddress: ListenAddress;
  duration: number;
  bytes: number;
  frequency: number;
  rate: number;
  choice: string;
  headers: Readonly<Record<string, string>>;
  options: Readonly<Record<string, string>>;
  names: readonly string[];
  dtmf: readonly KeyPress[];
  network: NetworkModel;
  quirks: readonly QuirkName[];
  budgets: readonly Budget[];
  reporters: readonly ReporterSpec[];
  spans: readonly Span[];
  addresses: readonly string[];
  list: readonly string[];
  agent: string | AgentKind;
  device: string | boolean;
  tools: ToolsConfig;
}

type ValueOf<S extends Setting> = S extends { readonly choices: readonly (infer C)[] }
  ? C
  : ValueTypes[S["type"]];

/** What is added to a key once its value has a unit: `drain: "30s"` is read as `drainMs: 30000`. */
export const UNIT_SUFFIX = { duration: "Ms", bytes: "Bytes", frequency: "Hz", rate: "PerSecond" } as const;

type ReadKey<K extends string, S extends Setting> = S["type"] extends keyof typeof UNIT_SUFFIX
  ? `${K}${(typeof UNIT_SUFFIX)[S["type"]]}`
  : K;

/** True when the setting always has a value. */
type Always<S extends Setting> = S extends { readonly default: string }
  ? true
  : S["type"] extends
        | "boolean"
        | "names"
        | "headers"
        | "options"
        | "dtmf"
        | "budgets"
        | "quirks"
        | "reporters"
        | "spans"
        | "addresses"
        | "list"
    ? true
    : false;

export type SettingKey = keyof Table;

/** The checked values of all settings of one command: durations in ms, bytes in bytes. */
export type Values<C extends CommandName> = {
  readonly [K in SettingKey as C extends Table[K]["commands"][number] ? ReadKey<K, Table[K]> : never]:
    | ValueOf<Table[K]>
    | (Always<Table[K]> extends true ? never : undefined);
};

type Duration = 0 | "0" | `${number}ms` | `${number}s` | `${number}m`;

/** How a config file may write each type. */
interface FileTypes
  extends Omit<
    ValueTypes,
    | "duration"
    | "listenAddress"
    | "bytes"
    | "rate"
    | "options"
    | "dtmf"
    | "bucket"
    | "budgets"
    | "network"
    | "quirks"
    | "tools"
    | "reporters"
    | "spans"
    | "addresses"
    | "list"
  > {
  duration: Duration;
  listenAddress: number | string;
  bytes: `${number}B` | `${number}KiB` | `${number}MiB`;
  bucket: `s3://${string}`;
  rate: `${number}/s`;
  options: Readonly<Record<string, string | number | boolean>>;
  dtmf: string;
  network: string;
  quirks: string | readonly QuirkName[];
  budgets: string | readonly string[];
  reporters: string | readonly string[];
  spans: string | readonly string[];
  addresses: string | readonly string[];
  list: string | readonly string[];
  tools: ToolsFile;
}

type FileValueOf<S extends Setting> = S extends { readonly choices: readonly (infer C)[] }
  ? C
  : FileTypes[S["type"]];

/** What `smartpbx.config.{js,mjs,json}` may hold. */
export type Config = {
  readonly [K in SettingKey as Table[K] extends { readonly inFile: false } ? never : K]?: FileValueOf<
    Table[K]
  >;
};
