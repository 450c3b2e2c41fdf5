/** The pages of this computer, asked by pages of others, by other computers, and for files that are not theirs. */
import { WebSocket } from "ws";
import { http, upgrade } from "../../e2e/phone.js";
import type { Case, Outcome } from "../case.js";
import type { Stage } from "../stage.js";
import { Wire } from "../wire.js";

type Heads = Readonly<Record<string, string>>;
type Place = "inspector" | "phone";

const AT: Readonly<
  Record<Place, { url(stage: Stage): string; below: string; line: string; protocol: string }>
> = {
  inspector: {
    url: ({ inspector }) => inspector.origin,
    below: "",
    line: "/calls",
    protocol: "smartpbx-inspector",
  },
  phone: {
    url: ({ phone }) => phone.origin,
    below: "/phone",
    line: "/phone/line",
    protocol: "smartpbx-phone",
  },
};

/** A request with these headers instead of a page's own. */
function asked(place: Place, does: string, method: string, path: string, heads: Heads, answer: number): Case {
  return {
    peer: "page",
    does: `${does} (${place})`,
    outcome: { answer },
    async play(stage) {
      const url = AT[place].url(stage);
      return {
        answer: (await http(url, AT[place].below + path || "/", { method, headers: { ...heads } })).status,
      };
    },
  };
}

/** A page's WebSocket with these headers, and this key in place of one that we gave. */
function joined(place: Place, does: string, heads: Heads): Case {
  return {
    peer: "page",
    does: `${does} (${place})`,
    outcome: { answer: 403 },
    async play(stage) {
      const url = AT[place].url(stage);
      const protocol = `${AT[place].protocol}, ${"x".repeat(32)}`;
      const own = { Host: new URL(url).host, Origin: url, "Sec-WebSocket-Protocol": protocol };
      return { answer: (await upgrade(url, AT[place].line, { ...own, ...heads })).status };
    },
  };
}

/** The path as it stands: clients would tidy it up. */
function rawPath(place: Place, path: string): Case {
  return {
    peer: "page",
    does: `asks for \`${path}\` (${place})`,
    outcome: { answer: 404 },
    async play(stage) {
      const url = AT[place].url(stage);
      const wire = await Wire.open(url);
      wire.write(`GET ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`);
      await wire.closed();
      if (wire.answer.includes("root:")) throw new Error("a file of this computer was sent");
      return { answer: wire.status };
    },
  };
}

const session = (place: Place): Case[] => [
  asked(place, "asks under another name (DNS rebinding)", "GET", "", { Host: "evil.example" }, 421),
  asked(
    place,
    "opens a session from another origin",
    "POST",
    "/session",
    { Origin: "https://evil.example" },
    403,
  ),
  asked(place, "opens a session from origin `null`", "POST", "/session", { Origin: "null" }, 403),
  asked(place, "opens a session without an origin", "POST", "/session", {}, 403),
  asked(place, "deletes the page", "DELETE", "", {}, 405),
  joined(place, "joins with a key of its own", {}),
  joined(place, "joins from another origin", { Origin: "https://evil.example" }),
  joined(place, "joins under another name", { Host: "evil.example" }),
];

/** A page that came in with the link's token, and then says this. */
function saidOnTheLine(does: string, said: readonly (string | Buffer)[], outcome: Outcome): Case {
  return {
    peer: "page",
    does: `${does} (inspector)`,
    alone: true,
    outcome,
    async play(stage) {
      const { origin, hash, host } = stage.inspector;
      const { key } = JSON.parse((await post(origin, hash.slice(1))).body) as { key: string };
      const announced = stage.server.all("inspector").length;
      const socket = new WebSocket(`ws://${host}/calls`, [AT.inspector.protocol, key], { origin });
      socket.on("error", () => {});
      socket.on("open", () => said.forEach((one) => void socket.send(one)));
      const close = await new Promise<number>((resolve) => socket.once("close", resolve));
      // The next page comes in with a new link.
      await stage.server.until(() => stage.server.all("inspector").length > announced, "another link");
      return { close };
    },
  };
}

/** Shows a token, as a page of the server's own would. */
async function post(origin: string, token: string): Promise<{ status: number; body: string }> {
  const wire = await Wire.open(origin);
  const { host } = new URL(origin);
  const heads = `Host: ${host}\r\nOrigin: ${origin}\r\nConnection: close\r\nContent-Length: ${token.length}`;
  wire.write(`POST /session HTTP/1.1\r\n${heads}\r\n\r\n${token}`);
  await wire.closed();
  return { status: wire.status ?? 0, body: wire.answer.toString().split("\r\n\r\n")[1] ?? "" };
}

export const pages: readonly Case[] = [
  ...session("inspector"),
  ...session("phone"),
  asked("inspector", "comes through a proxy", "GET", "", { "X-Forwarded-For": "203.0.113.1" }, 421),
  {
    peer: "page",
    does: "guesses 200 tokens (inspector)",
    outcome: { answer: 200, also: "each is refused" },
    async play({ inspector }) {
      for (let k = 0; k < 200; k++) {
        const { body } = await post(inspector.origin, `guess-${k}`);
        if (!body.includes('"refused"')) throw new Error(body);
      }
      return { answer: 200 };
    },
  },
  {
    peer: "page",
    does: "sends a token of 1 MB (inspector)",
    outcome: { answer: 413 },
    play: async ({ inspector }) => ({ answer: (await post(inspector.origin, "x".repeat(1_000_000))).status }),
  },
  ...[
    "/saved/../../../../etc/passwd",
    "/saved/..%2f..%2fetc%2fpasswd/report.html",
    "/saved/__proto__/report.html",
    "/saved/x/__proto__",
    "/saved//report.html",
    "/saved/\\..\\..\\x/call.wav",
    `/saved/${"x".repeat(5000)}/call.har`,
  ].map((path) => rawPath("inspector", path)),
  ...[
    "/phone/../../package.json",
    "/phone/audio/../../../package.json",
    "/phone/%2e%2e/package.json",
    "/phone/constructor",
  ].map((path) => rawPath("phone", path)),
  saidOnTheLine(
    "says what our page never says",
    ["{", '{"type":"watch"}', '{"type":"__proto__"}', Buffer.alloc(10)],
    { close: 4400 },
  ),
  saidOnTheLine("sends a message of 2 KB", ["x".repeat(2000)], { close: 1009 }),
  saidOnTheLine("asks a thousand things at once", new Array(1000).fill('{"type":"watch","n":1}'), {
    close: 4400,
  }),
];
