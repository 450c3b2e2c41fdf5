/** Asking an agent's webhook as Twilio does, what TwiML may say, and what is said of an answer that is of no use. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { findDestination, findStream, parseTwiml } from "../../../src/agents/twilio/twiml.js";
import { signature } from "../../../src/agents/twilio/webhook.js";
import {
  type FakeTwilioAgentOptions,
  type FakeTwilioWebhookOptions,
  fakeTwilioAgent,
  fakeTwilioWebhook,
} from "../../../src/testing.js";
import { type ConnectOptions, connect, pattern, payload } from "../call.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const streamTo = (url: string, inside = "") =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${inside}<Connect><Stream url="${url}"><Parameter name="tier" value="gold &amp; more"/></Stream></Connect></Response>`;

const dial = async (
  {
    fake,
    path = "/voice?x=1",
    ...settings
  }: ConnectOptions & { fake?: FakeTwilioAgentOptions; path?: string } = {},
  webhookOptions?: Partial<FakeTwilioWebhookOptions>,
) => {
  const server = await fakeTwilioAgent(fake);
  const webhook = await fakeTwilioWebhook({ twiml: streamTo(`${server.url}/s`), ...webhookOptions });
  open.push(server, webhook);
  const connected = await connect(`twilio:${webhook.url}${path}`, { env: {}, ...settings });
  const far = await server.next();
  await far.until(() => far.start !== undefined);
  return { ...connected, far, webhook };
};

describe("the webhook", () => {
  it("is asked with the form of an incoming call, and its parameters reach the agent, alone", async () => {
    const { leg, far, webhook } = await dial();
    const [{ path, form }] = webhook.requests;
    expect(path).toBe("/voice?x=1");
    expect(form).toMatchObject({
      From: "+12025550101",
      To: "+12025550199",
      Caller: "+12025550101",
      Called: "+12025550199",
      CallStatus: "ringing",
      Direction: "inbound",
      ApiVersion: "2010-04-01",
    });
    expect(far.start).toMatchObject({ start: { callSid: form.CallSid, accountSid: form.AccountSid } });
    expect(far.parameters).toEqual({ tier: "gold & more" });
    expect(far.path).toBe("/s");
    leg.send(payload(pattern(160)));
    await far.until(() => far.heardBytes === 160);
    expect(far.faults).toEqual([]);
  });

  it("can tell that it is us, and so can the WebSocket", async () => {
    const token = "a secret";
    const { far } = await dial({ fake: { token }, env: { TWILIO_AUTH_TOKEN: token } }, { token });
    expect(far.faults).toEqual([]);
    await expect(dial({ env: { TWILIO_AUTH_TOKEN: "another" } }, { token })).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.not.stringContaining("another"),
    });
  });

  it("gets the headers that are meant for it; another host does not", async () => {
    const { far, webhook } = await dial({ headers: { "X-Key": "secret" } });
    expect(webhook.requests[0].headers["x-key"]).toBe("secret");
    expect(far.headers["x-key"]).toBeUndefined();
  });

  it("gets the user name and password of its URL as a header", async () => {
    const server = await fakeTwilioAgent();
    const webhook = await fakeTwilioWebhook({ twiml: streamTo(server.url), token: "t" });
    open.push(server, webhook);
    const url = webhook.url.replace("//", "//user:p%40ss@");
    await connect(`twilio:${url}/voice`, { env: { TWILIO_AUTH_TOKEN: "t" } });
    expect(webhook.requests[0].headers.authorization).toBe(
      `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
    );
  });

  it("is told what is not carried out", async () => {
    const server = await fakeTwilioAgent();
    const twiml = streamTo(server.url, "<Say>Hello</Say><Pause length='1'/>");
    const webhook = await fakeTwilioWebhook({ twiml });
    open.push(server, webhook);
    const warned = await connect(`twilio:${webhook.url}`, { env: {} });
    expect(warned.reports.events).toEqual([
      { type: "warning", code: "twiml-ignored", message: "TwiML that is not carried out: <Say>" },
    ]);
  });

  it.each([
    ["", "did not answer with TwiML"],
    ["<html><body>hi</body></html>", "did not answer with TwiML"],
    ["<Response/>", "did not answer with <Connect><Stream>"],
    ["<Response><Start><Stream url='wss://h'/></Start></Response>", "did not answer with <Connect><Stream>"],
    ["<Response><Reject/></Response>", "ended the call with <Reject>"],
    ["<Response><Say>Bye</Say><Hangup/></Response>", "ended the call with <Hangup>"],
    ["<Response><Connect><Stream/></Connect></Response>", "named a stream without a usable URL"],
    ["<Response><Connect><Stream url='https://h'/></Connect></Response>", "without a usable URL"],
    [`<Response>${" ".repeat(70_000)}</Response>`, "more than 64 KB"],
  ])("is not believed when it answers %j", async (twiml, message) => {
    await expect(dial({}, { twiml })).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringContaining(message),
    });
  });

  it.each([302, 401, 404, 500])("may refuse with HTTP %i", async (refuseWith) => {
    await expect(dial({ path: "/secret?key=secret" }, { refuseWith })).rejects.toMatchObject({
      code: "agent-refused",
      message: expect.stringMatching(new RegExp(`^(?!.*secret).* HTTP ${refuseWith}$`)),
    });
  });

  it("may be down", async () => {
    const webhook = await fakeTwilioWebhook({ twiml: "" });
    await webhook.close();
    await expect(connect(`twilio:${webhook.url}`, { env: {} })).rejects.toMatchObject({
      code: "agent-unreachable",
      message: expect.stringContaining("nothing listens there"),
    });
  });

  it("is given up when the call is over", async () => {
    const signal = AbortSignal.abort(new Error("over"));
    await expect(dial({ signal })).rejects.toThrow("over");
  });
});

it("signs as the vendor's own example shows", () => {
  // The example of https://www.twilio.com/docs/usage/security
  const form = {
    CallSid: "CA1234567890ABCDE",
    Caller: "+14158675309",
    Digits: "1234",
    From: "+14158675309",
    To: "+18005551212",
  };
  expect(signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form)).toBe(
    "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
  );
});

describe("TwiML", () => {
  it.each([
    "<Response><Connect><Stream url='wss://h/a?b=1&amp;c=&#50;&#x33;' /></Connect></Response>",
    "\uFEFF<?xml version='1.0'?>\n<!-- <Hangup/> -->\n<Response >\n <Connect action = \"/x\">\n<Stream\nname='x'\nurl=\"wss://h/a?b=1&amp;c=23\"></Stream ></Connect></Response>\n",
    "<Response><![CDATA[ <Reject/> ]]><Connect><Stream url='wss://h/a?b=1&amp;c=23'>words</Stream></Connect></Response>",
  ])("is read (%#)", (text) => {
    expect(findStream(parseTwiml(text) ?? [])).toEqual({
      url: "wss://h/a?b=1&c=23",
      parameters: {},
      ignored: [],
    });
  });

  it.each([
    "<Response>",
    "<Response></Connect></Response>",
    "<Response/><Response/>",
    "text<Response/>",
    "<!DOCTYPE r [<!ENTITY a 'b'>]><Response>&a;</Response>",
    "<Response>&unknown;</Response>",
    "<Response>&#0;</Response>",
    "<Response a='&'/>",
    "<Response a=b/>",
    "<Response><a b='<'/></Response>",
    `<Response>${"<a>".repeat(50)}${"</a>".repeat(50)}</Response>`,
    "<response/>",
    "</Response>",
  ])("is refused (%j)", (text) => {
    expect(parseTwiml(text)).toBeUndefined();
  });

  it("keeps names that objects have to themselves", () => {
    const verbs = parseTwiml(
      '<Response><Connect><Stream url="wss://h"><Parameter name="__proto__" value="1"/><Parameter name="toString"/></Stream></Connect></Response>',
    );
    const stream = findStream(verbs ?? []) as { parameters: object };
    expect(Object.entries(stream.parameters)).toEqual([
      ["__proto__", "1"],
      ["toString", ""],
    ]);
  });

  it.each([
    ["<Dial>+1555</Dial>", { dial: "+1555" }],
    ["<Say>One moment</Say><Dial timeout='5'> <Number>+1555</Number></Dial>", { dial: "+1555" }],
    ["<Dial><Sip>sip:desk@example.com</Sip></Dial>", { dial: "sip:desk@example.com" }],
    ["<Say>Bye</Say><Hangup/>", "hang up"],
    ["<Dial/>", undefined],
    ["<Say>Hello</Say>", undefined],
  ])("says where a call is to go (%s)", (verbs, destination) => {
    expect(findDestination(parseTwiml(`<Response>${verbs}</Response>`) ?? [])).toEqual(destination);
  });

  it("never throws and never takes long, whatever it is", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "/",
      "<a ",
      "a='b' ",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "&",
      ";",
      "<?",
      "?>",
      "x",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const verbs = parseTwiml(pieces.join(""));
        expect(verbs === undefined || Array.isArray(verbs)).toBe(true);
      }),
    );
    for (const piece of ["<a ", "<!-- -", "<![CDATA[]", "<a b='c'", " ", "<?"])
      parseTwiml(piece.repeat(10_000));
  });
});
