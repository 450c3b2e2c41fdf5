/** docs/configuration.md says what the table of settings says. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configurationPage } from "./configuration-page.js";

const PAGE = new URL("../../docs/configuration.md", import.meta.url);

test("the page of every setting is that of the table: CONFIGURATION_PAGE=write npx vitest run test/docs/configuration", () => {
  const page = configurationPage();
  if (process.env.CONFIGURATION_PAGE === "write") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});
