/** Every page, example, picture and heading that is linked is there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pages, ROOT } from "./pages.js";

const relative = pages.map(({ path, links }) => ({
  path,
  links: links.filter(({ text }) => !/^[a-z]+:/.test(text)),
}));

test.each(relative.filter(({ links }) => links.length > 0))("links of $path", ({ path, links }) => {
  const broken = links.flatMap(({ place, text }) => {
    const [file, anchor] = text.split("#", 2) as [string, string?];
    const target = file === "" ? path : join(path, "..", file);
    if (!existsSync(join(ROOT, target))) return [`${place} links ${text}: there is no ${target}`];
    const page = pages.find((other) => other.path === target);
    if (anchor === undefined || page?.anchors.has(anchor)) return [];
    return [
      `${place} links ${text}: ${target} has ${[...(page?.anchors ?? [])].map((name) => `#${name}`).join(" ")}`,
    ];
  });
  expect(broken).toEqual([]);
});

test("every page of docs is in its index", () => {
  const index = pages.find(({ path }) => path === "docs/README.md")!;
  const linked = new Set(index.links.map(({ text }) => join("docs", text.split("#", 1)[0]!)));
  const own = pages.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
  expect(own.filter((path) => !linked.has(path))).toEqual(["docs/README.md"]);
});
