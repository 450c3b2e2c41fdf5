import { describe, expect, it } from "vitest";
import { type Given, outranks, resolve } from "../../src/config/resolve.js";
import { BridgeError } from "../../src/errors.js";

const given = (parts: Partial<Given>): Given => ({ flags: {}, env: {}, ...parts });
const file = (values: object) => ({ name: "smartpbx.config.js", values });

function refusal(run: () => unknown): { code: string; message: string; fix: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof BridgeError) return { code: error.code, message: error.message, fix: error.fix };
    throw error;
  }
  throw new Error("was accepted");
}

describe("sources", () => {
  it("are flag, then environment, then config file, then default", () => {
    const env = { SMARTPBX_PORT: "2" };
    const all = given({ flags: { port: "1" }, env, file: file({ port: 3 }) });
    expect(resolve("serve", all)).toMatchObject({ values: { port: 1 }, sources: { port: "flag" } });
    expect(resolve("serve", { ...all, flags: {} })).toMatchObject({
      values: { port: 2 },
      sources: { port: "environment" },
    });
    expect(resolve("serve", { ...all, flags: {}, env: {} })).toMatchObject({
      values: { port: 3 },
      sources: { port: "config" },
    });
    expect(resolve("serve", given({}))).toMatchObject({
      values: { port: 8080 },
      sources: { port: "default" },
    });
  });

  it("can be compared", () => {
    const { sources } = resolve("serve", given({ flags: { port: "1" }, env: { SMARTPBX_HOST: "h" } }));
    expect(outranks(sources, "port", "host")).toBe(true);
    expect(outranks(sources, "host", "port")).toBe(false);
    expect(outranks(sources, "host", "host")).toBe(false);
  });

  it("give a bad value their own name and spelling", () => {
    expect(refusal(() => resolve("serve", given({ flags: { drain: "30" } })))).toEqual({
      code: "bad-flag",
      message: '--drain: "30" has no unit (ms, s or m)',
      fix: "Write --drain 30s",
    });
    expect(refusal(() => resolve("serve", given({ env: { SMARTPBX_DRAIN: "30" } })))).toEqual({
      code: "bad-config",
      message: 'SMARTPBX_DRAIN: "30" has no unit (ms, s or m)',
      fix: "Set SMARTPBX_DRAIN=30s",
    });
    expect(refusal(() => resolve("serve", given({ file: file({ drain: 30 }) })))).toEqual({
      code: "bad-config",
      message: 'drain in smartpbx.config.js: "30" has no unit (ms, s or m)',
      fix: 'Write drain: "30s" in smartpbx.config.js',
    });
    expect(refusal(() => resolve("serve", given({ file: file({ port: 1e6 }) }))).fix).toBe(
      "Write port: 65535 in smartpbx.config.js",
    );
  });

  it("take no notice of settings of other commands", () => {
    expect(() =>
      resolve("serve", given({ env: { SMARTPBX_TONE: "?" }, file: file({ calls: "many" }) })),
    ).not.toThrow();
  });
});

it("gives every setting of serve its default, with the unit in the name", () => {
  expect(resolve("serve", given({})).values).toEqual({
    port: 8080,
    host: "127.0.0.1",
    path: "/media-stream",
    authHeader: undefined,
    tlsCert: undefined,
    tlsKey: undefined,
    allowAddress: [],
    trustedProxy: [],
    allowAccount: [],
    agent: "echo",
    agentOption: {},
    agentHeader: {},
    agentTimeoutMs: 10_000,
    tools: undefined,
    record: undefined,
    noAudio: false,
    upload: undefined,
    uploadEndpoint: undefined,
    uploadDelete: false,
    phone: false,
    inspect: false,
    publicUrl: undefined,
    tunnel: undefined,
    maxCalls: 200,
    addressCalls: undefined,
    addressRatePerSecond: undefined,
    startTimeoutMs: 10_000,
    idleTimeoutMs: 90_000,
    maxDurationMs: 3_600_000,
    maxMessageBytes: 262_144,
    maxQueuedMs: 30_000,
    leadMs: 60,
    preRollMs: 0,
    pingMs: 30_000,
    opusFraming: "auto",
    workers: undefined,
    metrics: undefined,
    drainMs: 30_000,
    json: false,
    quiet: false,
    verbose: false,
    showPersonal: false,
    config: undefined,
    noColor: false,
  });
});

it("gives simulate one call in μ-law by the v06 document", () => {
  expect(resolve("simulate", given({})).values).toMatchObject({
    format: "g711_ulaw",
    profile: "v06",
    calls: 1,
    concurrency: 1,
    dtmf: [],
    silence: false,
    toneHz: undefined,
  });
});

describe("settings that exclude each other", () => {
  it("are an error when they are given in the same place", () => {
    expect(refusal(() => resolve("simulate", given({ flags: { wav: "a.wav", tone: "440" } })))).toEqual({
      code: "bad-flag",
      message: "--wav cannot go with --tone",
      fix: "Give one of the two.",
    });
    expect(
      refusal(() => resolve("simulate", given({ flags: { url: "ws://h", agent: "echo" } }))).message,
    ).toBe("--agent cannot go with --url");
    const both = given({ file: file({ hangUpAfter: "1s", dropAfter: "1s" }) });
    expect(refusal(() => resolve("simulate", both)).message).toBe(
      "hangUpAfter in smartpbx.config.js cannot go with dropAfter",
    );
  });

  it("give way to the one from the stronger source", () => {
    const { values, sources } = resolve(
      "simulate",
      given({ flags: { tone: "440" }, file: file({ wav: "a.wav", agent: "mine.js" }) }),
    );
    expect(values).toMatchObject({ toneHz: 440, wav: undefined, agent: "mine.js" });
    expect(sources.wav).toBe("default");
    const called = resolve(
      "simulate",
      given({ env: { SMARTPBX_URL: "ws://h" }, file: file({ agent: "mine.js" }) }),
    );
    expect(called.values).toMatchObject({ url: "ws://h", agent: "echo" });
  });

  it("do not count a switch that is off", () => {
    expect(
      resolve("simulate", given({ env: { SMARTPBX_SILENCE: "no", SMARTPBX_TONE: "440" } })).values.toneHz,
    ).toBe(440);
  });
});

it("wants a certificate with its key", () => {
  expect(refusal(() => resolve("serve", given({ flags: { tlsCert: "c.pem" } })))).toEqual({
    code: "bad-flag",
    message: "--tls-cert needs --tls-key as well",
    fix: "Give both, or neither.",
  });
  expect(
    resolve("serve", given({ flags: { tlsCert: "c" }, env: { SMARTPBX_TLS_KEY: "k" } })).values.tlsKey,
  ).toBe("k");
});

describe("secrets in a config file", () => {
  const ours = file({
    url: "wss://ours",
    header: { "X-Key": "ours" },
    agent: "adk:ws://ours",
    agentHeader: { "X-Key": "ours" },
  });

  it("go to the config file's own address", () => {
    expect(
      resolve("simulate", given({ file: file({ url: "wss://ours", header: { "X-Key": "ours" } }) })).values
        .header,
    ).toEqual({ "X-Key": "ours" });
  });

  it("do not go to an address from elsewhere", () => {
    expect(resolve("simulate", given({ flags: { url: "wss://theirs" }, file: ours })).values.header).toEqual(
      {},
    );
    expect(
      resolve("serve", given({ env: { SMARTPBX_AGENT: "adk:ws://theirs" }, file: ours })).values.agentHeader,
    ).toEqual({});
    expect(
      resolve("record", given({ flags: { upstream: "wss://theirs" }, file: ours })).values.header,
    ).toEqual({});
  });

  it("are replaced by those of a flag", () => {
    const { values } = resolve(
      "simulate",
      given({ flags: { url: "wss://theirs", header: ["X-Key: theirs"] }, file: ours }),
    );
    expect(values.header).toEqual({ "X-Key": "theirs" });
  });
});

it("warns of a variable that is nearly a setting, and of no other", () => {
  const env = { SMARTPBX_PROT: "1", SMARTPBX_TOKEN: "t", SMARTPBX_MY_OWN_SECRET: "s" };
  expect(resolve("agents", given({ env })).warnings).toEqual([
    "SMARTPBX_PROT is not a setting and is ignored. Did you mean SMARTPBX_PORT?",
  ]);
});
