import { expect, test } from "vitest";
import { checkNode } from "../../../src/doctor/computer/node.js";

test.each(["20.17.0", "20.99.1", "22.0.0", "25.1.0-nightly"])("Node %s is new enough", (version) => {
  expect(checkNode(version, "linux x64")).toMatchObject({ findings: [], measured: { version } });
});

test.each(["20.16.9", "18.20.4"])("Node %s is not", (version) => {
  const { findings } = checkNode(version);
  expect(findings).toMatchObject([{ code: "node-too-old", severity: "error" }]);
  expect(findings[0]?.seen).toContain("20.17");
});

test("the Node that runs this is fine", () => {
  expect(checkNode().findings).toEqual([]);
});
