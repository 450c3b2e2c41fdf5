/**
 * `npm run two-hosts`: calls over a line that is late, loses packets and is cut. What TCP survives the calls survive, with every frame; what it
 * does not, ends them on time and for the right reason. Needs Linux, root and /dev/net/tun; says so where it cannot run.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isMedia, openRecording } from "../../../dist/recording/reader.js";
import { Hosts, whyNot } from "./hosts.js";

/** For the line that is cut for good; one that comes back in time must meet with the usual patience. */
const PING_MS = 2000;
/** src/agents/wire/signs-of-life.ts: gone after 20 s, which is looked at every 10 s. */
const AGENT_GONE_MS = 30_000;
const GOOD = { delayMs: 40, jitterMs: 10, lossPercent: 0, isCut: false };

const reason = whyNot();
if (reason !== undefined) {
  console.log(`two hosts: left out here: ${reason}`);
  process.exit(0);
}

const faults = [];
let lostFrames = 0;
let cases = 0;
const expect = (isSo, what) => {
  if (isSo) return;
  faults.push(what);
  console.error(`FAULT ${what}`);
};

/** When each payload of one file of the only recording in a folder came or went, in ms. */
async function times(recordings, file) {
  const recording = await openRecording(join(recordings, readdirSync(recordings)[0]));
  const found = [];
  for await (const event of recording.events())
    if (isMedia(event) && event.file === file) found.push(event.t / 1000);
  await recording.close();
  return found;
}

const longestGap = (times) => Math.max(...times.slice(1).map((at, k) => at - times[k]));
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const report = (name, text) => console.log(`${name.padEnd(46)} ${text}`);

/** A server on the second host, a caller on the first, and what becomes of the line meanwhile. */
async function overTheLine(
  hosts,
  name,
  line,
  { callMs = 6000, limits = [], meanwhile = async () => {} } = {},
) {
  cases++;
  const [atServer, atCaller] = [0, 1].map(() => mkdtempSync(join(tmpdir(), "smartpbx-hosts-")));
  hosts.line({ ...GOOD, ...line });
  const server = hosts.cli(1, [
    ...["serve", "--json", "--host", hosts.address, "--port", "8080", "--agent-option", "mode=instant"],
    ...[...limits, "--record", atServer],
  ]);
  const { url } = await server.next("listening");
  const caller = hosts.cli(0, [
    ...[
      "simulate",
      "--json",
      "--url",
      url,
      "--tone",
      "440",
      "--hang-up-after",
      `${callMs}ms`,
      "--record",
      atCaller,
    ],
  ]);
  await server.next("call-started");
  await meanwhile();
  const ended = await server.next("call-ended", callMs + 60_000);
  const [, code] = await Promise.all([server.next("recorded"), caller.exit]);
  const [said, came] = [await times(atCaller, "caller.bin"), await times(atServer, "caller.bin")];
  const heard = await times(atCaller, "agent.bin");
  await wait(3000);
  const connections = hosts.connections(1);
  expect(connections === 0, `${name}: ${connections} connections are left at the server`);
  server.signal("SIGTERM");
  expect((await server.exit) === 0, `${name}: serve did not end well: ${server.stderr}`);
  for (const folder of [atServer, atCaller]) rmSync(folder, { recursive: true });
  return { ended, code, said, came, heard };
}

async function survives(hosts, name, line, options) {
  const { ended, code, said, came, heard } = await overTheLine(hosts, name, line, options);
  expect(
    ended.reason === "caller-hung-up" && code === 0,
    `${name}: ${ended.reason}, simulate exits with ${code}`,
  );
  expect(came.length === said.length, `${name}: ${came.length} of ${said.length} frames arrived`);
  lostFrames += said.length - came.length;
  report(
    name,
    `${came.length} of ${said.length} frames arrived, longest gap ${seconds(longestGap(came))}; ${heard.length} came back, longest gap ${seconds(longestGap(heard))}`,
  );
}

/** The caller's line is cut and stays so. */
async function isMissed(hosts) {
  const name = "the caller's line cut for good";
  let cutAt = 0;
  const { ended, code, came } = await overTheLine(
    hosts,
    name,
    {},
    {
      callMs: 10_000,
      limits: ["--ping", `${PING_MS}ms`],
      async meanwhile() {
        await wait(2000);
        cutAt = performance.now();
        hosts.line({ isCut: true });
      },
    },
  );
  const tookMs = ended.seenAt - cutAt;
  expect(ended.reason === "caller-lost", `${name}: ${ended.reason}`);
  expect(tookMs <= 2 * PING_MS + 1500, `${name}: noticed after ${seconds(tookMs)}`);
  report(
    name,
    `ended ${ended.reason} after ${seconds(tookMs)} with --ping 2s, ${came.length} frames saved; simulate exits with ${code}`,
  );
}

/** The agent is on the other host. */
async function agentBehind(hosts, name, outageMs) {
  cases++;
  hosts.line(GOOD);
  const agent = hosts.cli(1, [
    "serve",
    "--json",
    "--host",
    hosts.address,
    "--port",
    "8080",
    "--agent-option",
    "mode=instant",
  ]);
  const { url } = await agent.next("listening");
  const server = hosts.cli(0, ["serve", "--json", "--port", "8081", "--agent", `smartpbx:${url}`]);
  const near = await server.next("listening");
  const caller = hosts.cli(0, [
    "simulate",
    "--json",
    "--url",
    near.url,
    "--tone",
    "440",
    "--hang-up-after",
    outageMs ? "9s" : "60s",
  ]);
  await server.next("call-started");
  await wait(2000);
  const cutAt = performance.now();
  hosts.line({ isCut: true });
  if (outageMs) {
    await wait(outageMs);
    hosts.line({ isCut: false });
  }
  const ended = await server.next("call-ended", 90_000);
  const tookMs = ended.seenAt - cutAt;
  const code = await caller.exit;
  hosts.line(GOOD);
  await wait(3000);
  if (outageMs) {
    expect(
      ended.reason === "caller-hung-up" && code === 0,
      `${name}: ${ended.reason}, simulate exits with ${code}`,
    );
    report(name, `${ended.framesIn} frames in, ${ended.framesOut} out, ${ended.droppedMs} ms dropped`);
  } else {
    expect(ended.reason === "agent-failed", `${name}: ${ended.reason}`);
    expect(tookMs <= AGENT_GONE_MS + 1500, `${name}: noticed after ${seconds(tookMs)}`);
    report(name, `ended ${ended.reason} after ${seconds(tookMs)}: ${ended.detail}`);
  }
  expect(hosts.connections(0) === 0, `${name}: connections are left at the server`);
  for (const each of [server, agent]) each.signal("SIGTERM");
  await wait(200);
  agent.signal("SIGTERM");
  await Promise.all([server.exit, agent.exit]);
}

const hosts = await Hosts.start();
try {
  await survives(hosts, "40 ms each way, ± 10 ms", {});
  await survives(hosts, "the same, 2 % of packets lost", { lossPercent: 2 });
  await survives(
    hosts,
    "100 ms each way, ± 30 ms, 10 % lost",
    { delayMs: 100, jitterMs: 30, lossPercent: 10 },
    { callMs: 8000 },
  );
  await survives(
    hosts,
    "the line away for 2 s",
    {},
    {
      callMs: 12_000,
      async meanwhile() {
        await wait(2000);
        hosts.line({ isCut: true });
        await wait(2000);
        hosts.line({ isCut: false });
      },
    },
  );
  await isMissed(hosts);
  await agentBehind(hosts, "the agent's line away for 2 s", 2000);
  await agentBehind(hosts, "the agent's line cut for good");
} finally {
  const { passed, lost } = await hosts.stop();
  console.log(`${passed} packets passed, ${lost} were lost on the way`);
}
console.log(`trust: data-lost=${lostFrames} cases=${cases}`);
console.log(`trust: two-hosts-faults=${faults.length} cases=${cases}`);
process.exitCode = faults.length > 0 ? 1 : 0;
