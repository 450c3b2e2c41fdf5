import { describe, expect, it } from "vitest";
import { BadValue } from "../../src/config/bad-value.js";
import { defineConfig } from "../../src/config/define.js";
import { resolve } from "../../src/config/resolve.js";
import { readTools } from "../../src/config/tools.js";

const URL = "https://crm.example.com/hook";
const via = { url: URL };
const destinations = {
  sales: "+1 (202) 555-0123",
  support: { number: "201", description: "technical questions" },
};
const http = { type: "http", url: URL, method: "POST", headers: {}, timeoutMs: 10_000 };

describe("tools in a config file", () => {
  it("are read, with what is left out filled in", () => {
    expect(readTools({}, {})).toEqual({ custom: [] });
    expect(
      readTools(
        {
          hang_up: { description: "Ends it." },
          transfer_call: { destinations, via },
          send_dtmf: {
            via: { url: URL, method: "PUT", headers: { "X-Key": "$KEY" }, timeout: "3s" },
          },
          custom: { order_status: { description: "Looks up an order.", url: URL } },
        },
        { KEY: "s3cret" },
      ),
    ).toEqual({
      hangUp: { description: "Ends it." },
      transferCall: {
        destinations: new Map([
          ["sales", { number: "+12025550123" }],
          ["support", { number: "201", description: "technical questions" }],
        ]),
        via: http,
      },
      sendDtmf: { via: { ...http, method: "PUT", headers: { "X-Key": "s3cret" }, timeoutMs: 3000 } },
      custom: [
        {
          name: "order_status",
          description: "Looks up an order.",
          parameters: { type: "object", properties: {} },
          run: http,
        },
      ],
    });
  });

  it("may go to a program, to SmartPBX and to a function", () => {
    const run = () => "closed";
    const command = ["transfer", "--to", "{number}"];
    const read = readTools(
      {
        hang_up: { via: { smartpbx: URL } },
        transfer_call: { destinations, via: { command, timeout: "60s" } },
        custom: { opening_hours: { description: "When we are open.", run, timeout: "1s" } },
      },
      {},
    );
    expect(read).toMatchObject({
      hangUp: { via: { type: "smartpbx", url: URL } },
      transferCall: { via: { type: "command", command, timeoutMs: 60_000 } },
      custom: [{ run: { type: "function", run, timeoutMs: 1000 } }],
    });
  });

  it("are typed for editors", () => {
    defineConfig({ tools: { transfer_call: { destinations, via: { command: ["transfer", "{number}"] } } } });
    // @ts-expect-error no such tool
    defineConfig({ tools: { transfer: {} } });
    // @ts-expect-error SmartPBX's call control cannot press keys
    defineConfig({ tools: { send_dtmf: { via: { smartpbx: URL } } } });
  });
});

const transfer = (parts: object) => ({ transfer_call: { destinations, via, ...parts } });
const command = (...words: unknown[]) => transfer({ via: { command: words } });
const custom = (parts: object) => ({ custom: { lookup: { description: "Looks.", url: URL, ...parts } } });
const schema = (parts: object) => custom({ parameters: { type: "object", properties: {}, ...parts } });

it.each<[unknown, string, string | RegExp]>([
  [7, "it must be an object, not a number", /docs\/tools\.md/],
  [[], "it must be an object, not a list", /docs\/tools\.md/],
  [{ transfer_cal: {} }, 'there is an unknown field "transfer_cal"', "Did you mean transfer_call?"],
  [
    { order_status: {} },
    'there is no tool "order_status"',
    "Tools of your own stand under custom: custom: { … }",
  ],
  [{ transfer_call: "+12025550123" }, "transfer_call must be an object, not a text", /./],
  [
    transfer({ destination: {} }),
    'transfer_call has an unknown field "destination"',
    "Did you mean destinations?",
  ],
  [transfer({ destinations: undefined }), "transfer_call.destinations is missing", /object/],
  [transfer({ destinations: {} }), "transfer_call.destinations names nobody", /sales/],
  [
    transfer({ destinations: { "-x": "201" } }),
    'transfer_call.destinations."-x" is no name for a destination',
    /./,
  ],
  [
    transfer({ destinations: { sales: 12025550123 } }),
    "transfer_call.destinations.sales must be a text, not a number",
    /./,
  ],
  [
    transfer({ destinations: { sales: "sales@x" } }),
    "transfer_call.destinations.sales is not a telephone number",
    /\+/,
  ],
  [
    transfer({ destinations: { sales: { nr: "1" } } }),
    'transfer_call.destinations.sales has an unknown field "nr"',
    "The fields are number, description.",
  ],
  [transfer({ destinations: { sales: {} } }), "transfer_call.destinations.sales.number is missing", /text/],
  [transfer({ via: undefined }), "transfer_call.via is missing", /object/],
  [transfer({ via: {} }), "transfer_call.via needs one of url, command, smartpbx, and has none", /url/],
  [
    transfer({ via: { url: URL, smartpbx: URL } }),
    "transfer_call.via needs one of url, command, smartpbx, and has url and smartpbx",
    /./,
  ],
  [transfer({ via: { ulr: URL } }), 'transfer_call.via has an unknown field "ulr"', "Did you mean url?"],
  [
    transfer({ via: { url: "crm.example.com" } }),
    "transfer_call.via.url is not an http:// or https:// address",
    /https:\/\//,
  ],
  [
    transfer({ via: { url: "https://me:s3cret@h" } }),
    "transfer_call.via.url holds a user name or password",
    /headers/,
  ],
  [
    transfer({ via: { url: URL, method: "GET" } }),
    "transfer_call.via.method is not one of POST, PUT, PATCH",
    /POST/,
  ],
  [
    transfer({ via: { url: URL, timeout: 5 } }),
    "transfer_call.via.timeout must be a text, not a number",
    /./,
  ],
  [
    transfer({ via: { url: URL, timeout: "5" } }),
    'transfer_call.via.timeout: "5" has no unit (ms, s or m)',
    'Write timeout: "5s"',
  ],
  [
    transfer({ via: { url: URL, timeout: "2m" } }),
    "transfer_call.via.timeout: 2m is not between 1ms and 1m",
    'Write timeout: "1m"',
  ],
  [
    transfer({ via: { url: URL, headers: { A: "$GONE" } } }),
    "transfer_call.via.headers: a header uses $GONE, which is not set",
    /export GONE/,
  ],
  [
    transfer({ via: { url: URL, headers: { A: 1 } } }),
    "transfer_call.via.headers.A must be a text, not a number",
    /./,
  ],
  [
    transfer({ via: { command: ["x", "{number}"], headers: {} } }),
    'transfer_call.via has an unknown field "headers"',
    /./,
  ],
  [
    transfer({ via: { command: "transfer {number}" } }),
    "transfer_call.via.command must be a list, not a text",
    /./,
  ],
  [command(), "transfer_call.via.command is empty", /{destination} or {number}/],
  [command("transfer"), "transfer_call.via.command does not say what to do", /{destination} or {number}/],
  [
    command("transfer", "{numbr}"),
    "transfer_call.via.command[1] has {numbr}, which cannot be filled in there",
    "Did you mean {number}?",
  ],
  [
    command("{callId}", "{number}"),
    "transfer_call.via.command[0] has {callId}, which cannot be filled in there",
    /In arguments/,
  ],
  [command("transfer", 7), "transfer_call.via.command[1] must be a text, not a number", /./],
  [
    { send_dtmf: { via: { smartpbx: URL } } },
    "send_dtmf.via.smartpbx: SmartPBX's call control cannot press keys",
    /url or command/,
  ],
  [
    { send_dtmf: { via: { command: ["x", "{number}"] } } },
    "send_dtmf.via.command[1] has {number}, which cannot be filled in there",
    /{digits}/,
  ],
  [{ custom: { "a-b": {} } }, 'custom."a-b" is no name for a tool of your own', /underscores/],
  [{ custom: { hang_up: {} } }, 'custom."hang_up" is no name for a tool of your own', /built-in/],
  [custom({ description: "" }), "custom.lookup.description must be a text, not an empty text", /./],
  [custom({ url: undefined }), "custom.lookup needs one of url and run, and has none", /run/],
  [custom({ run: () => 1 }), "custom.lookup needs one of url and run, and has both", /run/],
  [custom({ url: undefined, run: "x.js" }), "custom.lookup.run must be a function, not a text", /./],
  [
    custom({ url: undefined, run: () => 1, headers: {} }),
    'custom.lookup has an unknown field "headers"',
    /./,
  ],
  [
    custom({ parameters: { type: "string" } }),
    "custom.lookup.parameters must be of type object and have properties",
    /./,
  ],
  [
    schema({ additionalProperties: false }),
    'custom.lookup.parameters has an unknown field "additionalProperties"',
    /The fields are type/,
  ],
  [
    schema({ properties: { id: { type: "text" } } }),
    "custom.lookup.parameters.properties.id.type is not one of string, number, integer, boolean, array, object",
    /string/,
  ],
  [
    schema({ properties: { ids: { type: "array" } } }),
    "custom.lookup.parameters.properties.ids.items must be an object, not undefined",
    /./,
  ],
  [
    schema({ properties: { id: { type: "string", enum: [1] } } }),
    "custom.lookup.parameters.properties.id.enum[0] must be a text, not a number",
    /./,
  ],
  [
    schema({ required: ["id"] }),
    'custom.lookup.parameters.required names "id", which is no property',
    /Add it/,
  ],
])("refuses %j: %s", (raw, message, fix) => {
  let error: unknown;
  try {
    readTools(raw, {});
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(BadValue);
  expect(error).toMatchObject({ message, fix: typeof fix === "string" ? fix : expect.stringMatching(fix) });
  expect((error as Error).message).not.toMatch(/s3cret|202.?555/);
});

it("names the file, and takes no tools from elsewhere", () => {
  const file = { name: "smartpbx.config.mjs", values: { tools: { transfer_cal: {} } } };
  expect(() => resolve("serve", { flags: {}, env: {}, file })).toThrow(
    expect.objectContaining({
      code: "bad-config",
      message: 'tools in smartpbx.config.mjs: there is an unknown field "transfer_cal"',
    }),
  );
  expect(() => resolve("record", { flags: {}, env: {}, file })).not.toThrow();
  expect(resolve("serve", { flags: {}, env: { SMARTPBX_TOOLS: "x" } }).values.tools).toBeUndefined();
});
