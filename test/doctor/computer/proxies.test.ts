import { expect, test } from "vitest";
import { checkProxies } from "../../../src/doctor/computer/proxies.js";

const SET = { https_proxy: "http://user:hunter2@proxy:3128", HTTP_PROXY: "http://proxy:3128" };

test("no proxy is set", () => {
  expect(checkProxies({ PATH: "/bin" })).toMatchObject({ findings: [] });
});

test("a proxy is set, and all could be reached: worth knowing", () => {
  const { findings, hint, value } = checkProxies(SET);
  expect(findings).toEqual([]);
  expect(value).toContain("HTTP_PROXY, https_proxy");
  expect(hint).toContain("directly");
});

test("a proxy is set, and something could not be reached: a finding, without the proxy's password", () => {
  const checked = checkProxies(SET, { unreachable: true });
  expect(checked.findings).toMatchObject([{ code: "proxy-ignored", severity: "warning" }]);
  expect(JSON.stringify(checked)).not.toContain("hunter2");
});
