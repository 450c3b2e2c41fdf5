import { expect, it } from "vitest";
import { ManualClock } from "../../src/clock.js";
import type { PortalInfo } from "../../src/report/reporter.js";
import { plain } from "../../src/report/style.js";
import { TerminalReporter } from "../../src/report/terminal.js";
import { Kept } from "./output.js";

const PORTAL: PortalInfo = {
  media: [
    { encoding: "g711_ulaw", sampleRate: 8000 },
    { encoding: "pcm16", sampleRate: 24000 },
    { encoding: "opus", sampleRate: 48000 },
  ],
  host: "127.0.0.1",
  path: "/media-stream",
};

function banner(portal: PortalInfo): string {
  const [out, clock] = [new Kept(), new ManualClock()];
  clock.advance(142);
  const reporter = new TerminalReporter({
    out,
    err: out,
    clock,
    style: plain,
    level: "normal",
    showPersonal: false,
  });
  reporter.listening({ url: "ws://127.0.0.1:8080/media-stream", agent: "echo", portal });
  return out.text;
}

it("prints what to paste, and what is missing", () => {
  expect(banner(PORTAL)).toBe(`
  Ready in 142 ms  (^C to stop)

    ➜  Calls:   ws://127.0.0.1:8080/media-stream
    ➜  Agent:   echo
    ➜  Network: use --host 0.0.0.0 to expose, or --tunnel cloudflared

  Paste into the portal (Configuration → # Numbers → AI Providers → + Add)
    name               smartpbx-bridge
    media              g711_ulaw 8000  or pcm16 24000, opus 48000
    websocket_url      wss://YOUR-PUBLIC-HOST/media-stream
    websocket_headers  none
  then choose it: Configuration → # Numbers → Phone Numbers → the DID → Used by

  Anyone who finds this address can talk to your agent.
  Set SMARTPBX_TOKEN and add --auth-header X-Api-Key.

`);
});

it("names the header and where its value comes from", () => {
  const text = banner({ ...PORTAL, host: "0.0.0.0", authHeader: "X-Api-Key" });
  expect(text).toContain("websocket_headers  X-Api-Key: the value of SMARTPBX_TOKEN\n");
  expect(text).not.toContain("Anyone");
  expect(text).not.toContain("--host");
});

it("shows the public address where it is known, and no hint how to get one", () => {
  const text = banner({ ...PORTAL, publicUrl: "wss://pbx.example.com/media-stream" });
  expect(text).toContain("    websocket_url      wss://pbx.example.com/media-stream\n");
  expect(text).not.toMatch(/YOUR-PUBLIC-HOST|Network|--tunnel/);
  expect(text).not.toContain("Anyone");
});

it("fits in 80 columns", () => {
  for (const line of banner(PORTAL).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
