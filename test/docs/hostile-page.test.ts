/** docs/hostile-peers.md says what the catalogue says. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cases } from "../hostile/cases/index.js";
import { hostilePage } from "./hostile-page.js";

const PAGE = new URL("../../docs/hostile-peers.md", import.meta.url);

test("the page of hostile peers is that of the catalogue: HOSTILE_PAGE=write npx vitest run test/docs/hostile-page", () => {
  const page = hostilePage();
  if (process.env.HOSTILE_PAGE === "write") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});

test("no case stands in the catalogue twice", () => {
  const names = cases.map(({ peer, does }) => `${peer} ${does}`);
  expect(names.filter((name, k) => names.indexOf(name) !== k)).toEqual([]);
  expect(cases.length).toBeGreaterThanOrEqual(60);
});
