import { afterAll, describe, expect, it } from "vitest";
import { pcmBytes } from "../../src/audio/pcm.js";
import { realClock } from "../../src/clock.js";
import { MadeEndpoint, type Wrong } from "../doctor/endpoint/made-endpoint.js";
import { Bridge, record, simulate } from "./bridge.js";

const endpoints: MadeEndpoint[] = [];
const endpoint = async (wrong: Wrong) => {
  const made = await MadeEndpoint.listen(wrong, realClock);
  endpoints.push(made);
  return made.url;
};
afterAll(() => Promise.all(endpoints.map((made) => made.close())));

describe.concurrent("doctor of an endpoint, in real time", () => {
  it("ends at once where no call is taken, and says why", async () => {
    const url = await endpoint({ http: () => ({ status: 401 }) });
    const doctor = new Bridge(["doctor", url, "--header", "X-Token: hidden-token"]);
    expect(await doctor.exit).toBe(1);
    expect(doctor.stdout).toContain("HTTP 401 to a request with X-Token");
    expect(doctor.stdout).toContain("websocket_headers");
    expect(doctor.output).not.toContain("hidden-token");
  });

  it("is stopped in order, with what was found so far", async () => {
    const url = await endpoint({ http: ({ headers }) => (headers["x-token"] ? undefined : { status: 200 }) });
    const doctor = new Bridge(["doctor", url, "--json", "--header", "X-Token: any"]);
    await doctor.until(() => doctor.all("check").length === 2, "two checks");
    doctor.signal("SIGINT");
    expect(await doctor.exit).toBe(130);
    expect(doctor.all("summary")).toMatchObject([{ checks: 2, findings: [{ code: "headers-ignored" }] }]);
  });
});

it("record says while a call runs what is wrong with the endpoint's sound", async () => {
  const url = await endpoint({ greets: true, code: (voice) => pcmBytes(voice.slice()) });
  const bridge = await record(url, []);
  const caller = simulate(["--url", bridge.url, "--silence", "--hang-up-after", "7s"]);
  const warning = await bridge.first("warning");
  expect(warning).toMatchObject({ code: "agent-wrong-encoding" });
  expect(warning.message).toContain("PCM16");
  expect(bridge.all("call-ended")).toEqual([]);
  await caller.exit;
  await bridge.stop();
});
