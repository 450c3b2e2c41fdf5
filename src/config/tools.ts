/** The setting `tools` of a config file: what an agent's model may do besides talking. */
import type { ToolParameters } from "../agents/tools.js";
import { suggest } from "../suggest.js";
import {
  ACTION_FIELDS,
  type ActionName,
  CALL_FIELDS,
  type CommandRoute,
  DEFAULT_TIMEOUT_MS,
  type Destination,
  type HttpRoute,
  MAX_TIMEOUT_MS,
  type OwnFunction,
  type OwnTool,
  type Route,
  type ToolsConfig,
} from "../tools/config.js";
import { BadValue } from "./bad-value.js";
import { Fields, wrongType } from "./fields.js";
import { type Environment, readHeaders } from "./headers.js";
import { checkParameters } from "./tool-parameters.js";
import { parseDuration } from "./units.js";

type HttpFile = {
  readonly url: string;
  readonly method?: HttpRoute["method"];
  /** `$NAME` in a value comes from the environment. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: string;
};
type CommandFile = { readonly command: readonly [string, ...string[]]; readonly timeout?: string };
/** The address of SmartPBX's MCP server. */
type SmartpbxFile = { readonly smartpbx: string; readonly timeout?: string };
type ViaFile = HttpFile | CommandFile | SmartpbxFile;

type OwnToolFile = { readonly description: string; readonly parameters?: ToolParameters } & (
  | HttpFile
  | { readonly run: OwnFunction; readonly timeout?: string }
);

/** How a config file writes its tools. */
export interface ToolsFile {
  readonly hang_up?: { readonly description?: string; readonly via?: ViaFile };
  readonly transfer_call?: {
    readonly description?: string;
    readonly destinations: Readonly<
      Record<string, string | { readonly number: string; readonly description?: string }>
    >;
    readonly via: ViaFile;
  };
  readonly send_dtmf?: { readonly description?: string; readonly via: HttpFile | CommandFile };
  readonly custom?: Readonly<Record<string, OwnToolFile>>;
}

const TOOLS = ["hang_up", "transfer_call", "send_dtmf", "custom"] as const;
const VIAS = ["url", "command", "smartpbx"] as const;
const METHODS = ["POST", "PUT", "PATCH"] as const;
const HTTP_FIELDS = ["url", "method", "headers", "timeout"] as const;
const NAME = /^[A-Za-z_]\w{0,63}$/;
/** A name that a model can choose and a program can be given. */
const DESTINATION = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,63}$/u;

/** @throws BadValue that names the place of the fault and never a number or a header's value. */
export function readTools(raw: unknown, env: Environment): ToolsConfig {
  for (const name of new Fields(raw, "").names) {
    if (!(TOOLS as readonly string[]).includes(name) && suggest(name, TOOLS) === undefined)
      throw new BadValue(`there is no tool ${JSON.stringify(name.slice(0, 64))}`, {
        fix: "Tools of your own stand under custom: custom: { … }",
      });
  }
  const tools = new Fields(raw, "", TOOLS);
  const hangUp = tools.optionalObject("hang_up", ["description", "via"]);
  const transfer = tools.optionalObject("transfer_call", ["description", "destinations", "via"]);
  const dtmf = tools.optionalObject("send_dtmf", ["description", "via"]);
  return {
    ...(hangUp && {
      hangUp: { ...described(hangUp), ...(hangUp.has("via") && { via: readVia(hangUp, "hang_up", env) }) },
    }),
    ...(transfer && {
      transferCall: {
        ...described(transfer),
        destinations: readDestinations(transfer.object("destinations")),
        via: readVia(transfer, "transfer_call", env),
      },
    }),
    ...(dtmf && { sendDtmf: { ...described(dtmf), via: readVia(dtmf, "send_dtmf", env) } }),
    custom: readCustom(tools.optionalObject("custom"), env),
  };
}

function described(fields: Fields): { description?: string } {
  const description = fields.optionalText("description");
  return description === undefined ? {} : { description };
}

function readDestinations(fields: Fields): Map<string, Destination> {
  if (fields.names.length === 0)
    throw new BadValue(`${fields.path} names nobody`, {
      fix: 'Name them: destinations: { sales: "+12025550123" }',
    });
  return new Map(
    fields.names.map((name) => {
      if (!DESTINATION.test(name))
        throw new BadValue(`${fields.at(JSON.stringify(name.slice(0, 64)))} is no name for a destination`, {
          fix: "Begin with a letter or a digit; then also spaces, dots, dashes and underscores, at most 64.",
        });
      const value = fields.value(name);
      if (typeof value !== "object" || value === null)
        return [name, { number: readNumber(fields, name) }] as const;
      const destination = fields.object(name, ["number", "description"]);
      return [name, { number: readNumber(destination, "number"), ...described(destination) }] as const;
    }),
  );
}

/** The number itself stays out of every message. */
function readNumber(fields: Fields, name: string): string {
  const number = fields.text(name).replace(/[\s().-]/g, "");
  if (/^\+?[0-9*#]{2,32}$/.test(number)) return number;
  throw new BadValue(`${fields.at(name)} is not a telephone number`, {
    fix: 'Write it in full, with + and the country\'s code: "+12025550123"; or an extension: "201"',
  });
}

function readVia(tool: Fields, name: ActionName, env: Environment): Route {
  const via = tool.object("via", [...HTTP_FIELDS, ...VIAS.slice(1)]);
  const given = VIAS.filter((one) => via.has(one));
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    throw new BadValue(
      `${tool.at("via")} needs one of ${VIAS.join(", ")}, and has ${given.join(" and ") || "none"}`,
      {
        fix: 'For example: via: { url: "https://HOST/hook" }, or { command: ["program", "{callId}"] }',
      },
    );
  if (kind === "url") return readHttp(tool.object("via", HTTP_FIELDS), env);
  const fields = tool.object("via", [kind, "timeout"]);
  if (kind === "command") return readCommand(fields, name);
  if (name === "send_dtmf")
    throw new BadValue(`${fields.at(kind)}: SmartPBX's call control cannot press keys`, {
      fix: "Use url or command for send_dtmf.",
    });
  return { type: "smartpbx", url: readUrl(fields, kind), timeoutMs: readTimeout(fields) };
}

function readHttp(fields: Fields, env: Environment): HttpRoute {
  const method = fields.optionalText("method") ?? "POST";
  if (!METHODS.some((known) => known === method))
    throw new BadValue(`${fields.at("method")} is not one of ${METHODS.join(", ")}`, {
      fix: 'Write method: "POST"',
    });
  const headers = fields.optionalObject("headers");
  const pairs = headers?.names.map((header) => [header, headers.text(header)] as const) ?? [];
  return {
    type: "http",
    url: readUrl(fields, "url"),
    method: method as HttpRoute["method"],
    headers: fields.parsed("headers", () => readHeaders(pairs, env)),
    timeoutMs: readTimeout(fields),
  };
}

/** The address is not repeated: its path or query may hold a key. */
function readUrl(fields: Fields, name: string): string {
  const text = fields.text(name);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new BadValue(`${fields.at(name)} is not an http:// or https:// address`, {
      fix: `Write it in full: ${name}: "https://HOST/path"`,
    });
  if (url.username || url.password)
    throw new BadValue(`${fields.at(name)} holds a user name or password`, {
      fix: 'Send them as a header: headers: { Authorization: "$NAME" }',
    });
  return text;
}

function readCommand(fields: Fields, name: ActionName): CommandRoute {
  const words = fields.list("command");
  const known: readonly string[] = [...CALL_FIELDS, ...ACTION_FIELDS[name]];
  const command = words.map((word, index) => {
    const place = `${fields.at("command")}[${index}]`;
    if (typeof word !== "string" || word === "" || word.includes("\0"))
      throw wrongType(place, "a text", word);
    for (const [, placeholder] of word.matchAll(/\{(\w+)\}/g)) {
      if (index > 0 && known.includes(placeholder!)) continue;
      const meant = index > 0 && suggest(placeholder!, known);
      throw new BadValue(`${place} has {${placeholder}}, which cannot be filled in there`, {
        fix: meant ? `Did you mean {${meant}}?` : `In arguments: ${known.map((one) => `{${one}}`).join(" ")}`,
      });
    }
    return word;
  });
  const needed = ACTION_FIELDS[name].map((field) => `{${field}}`);
  const saysWhat = needed.length === 0 || needed.some((one) => command.some((word) => word.includes(one)));
  if (command.length === 0 || !saysWhat)
    throw new BadValue(
      `${fields.at("command")} ${command.length === 0 ? "is empty" : "does not say what to do"}`,
      {
        fix: `Use ${needed.join(" or ") || "a program"}: command: ["program", "${needed.at(-1) ?? "{callId}"}"]`,
      },
    );
  return { type: "command", command: command as [string, ...string[]], timeoutMs: readTimeout(fields) };
}

function readTimeout(fields: Fields): number {
  if (!fields.has("timeout")) return DEFAULT_TIMEOUT_MS;
  const text = fields.text("timeout");
  return fields.parsed("timeout", () => parseDuration(text, { min: 1, max: MAX_TIMEOUT_MS }));
}

function readCustom(custom: Fields | undefined, env: Environment): OwnTool[] {
  return (custom?.names ?? []).map((name) => {
    const place = custom!.at(name);
    if (!NAME.test(name) || name in ACTION_FIELDS)
      throw new BadValue(
        `${custom!.at(JSON.stringify(name.slice(0, 64)))} is no name for a tool of your own`,
        {
          fix: "Use letters, digits and underscores, at most 64, and none of the built-in names.",
        },
      );
    const tool = custom!.object(name, ["description", "parameters", "run", ...HTTP_FIELDS]);
    if (tool.has("run") === tool.has("url"))
      throw new BadValue(`${place} needs one of url and run, and has ${tool.has("run") ? "both" : "none"}`, {
        fix: "Give an address, or in a .mjs file a function: run: async (args, call) => ({ … })",
      });
    const description = tool.text("description");
    const parameters = checkParameters(tool.value("parameters"), tool.at("parameters"));
    if (tool.has("url")) {
      const { description: _, parameters: __, ...http } = custom!.value(name) as Record<string, unknown>;
      return { name, description, parameters, run: readHttp(new Fields(http, place, HTTP_FIELDS), env) };
    }
    const run = custom!.object(name, ["description", "parameters", "run", "timeout"]).value("run");
    if (typeof run !== "function") throw wrongType(tool.at("run"), "a function", run);
    return {
      name,
      description,
      parameters,
      run: { type: "function", run: run as OwnFunction, timeoutMs: readTimeout(tool) },
    };
  });
}
