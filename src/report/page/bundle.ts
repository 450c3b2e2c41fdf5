/** Joins the page's modules into one script: what a bundler does, for modules as plain as ours. */
import { readFileSync } from "node:fs";

/** Where the page's own files lie, seen from the sources as from what is built from them. */
const PAGE = new URL("../../../src/report/page/", import.meta.url);
/** What the page shares with the rest of the program is taken as it was built. */
const SOURCES = new URL("../../../src/", import.meta.url);
const BUILT = new URL("../../../dist/", import.meta.url);

const IMPORT = /^import\s*\{([^}]*)\}\s*from\s*"([^"]+)";$/gm;
const EXPORT = /^export (?=(?:async function|function|class|const) (\w+))/gm;

/** One of the page's files, as text. @param page where they lie: the report's, or those of a page that shares them. */
export function pageFile(name: string, page: URL = PAGE): string {
  return readFileSync(new URL(name, page), "utf8");
}

/** The script that the module `name` and all it imports make together. Each keeps its names to itself. */
export function bundle(name: string, page: URL = PAGE): string {
  const places = new Map<string, number>();
  const modules: string[] = [];
  const add = (url: URL): number => {
    const known = places.get(url.href);
    if (known !== undefined) return known;
    const text = readFileSync(url, "utf8");
    const imports: string[] = [];
    const names: string[] = [];
    const body = text
      .replace(IMPORT, (_, what: string, from: string) => {
        imports.push(`const {${what.replace(/ as /g, ": ")}} = module${add(resolve(from, url))};`);
        return "";
      })
      .replace(EXPORT, (_, exported: string) => {
        names.push(exported);
        return "";
      });
    if (/^(?:import|export)\b/m.test(body))
      throw new Error(`${url.pathname} is not as plain as a page's module`);
    const place = modules.length;
    places.set(url.href, place);
    // The entry may wait for things, and nobody imports it.
    const open = url.href === new URL(name, page).href ? "(async () => {" : "(() => {";
    modules.push(
      `const module${place} = ${open}\n${imports.join("\n")}\n${body}\nreturn { ${names.join(", ")} };\n})();`,
    );
    return place;
  };
  add(new URL(name, page));
  const script = modules.join("\n");
  if (/<\/script|<!--/i.test(script)) throw new Error("the page's script would end itself");
  return script;
}

function resolve(specifier: string, importer: URL): URL {
  const url = new URL(specifier, importer);
  if (url.pathname.includes("/page/") || !url.href.startsWith(SOURCES.href)) return url;
  return new URL(url.href.slice(SOURCES.href.length), BUILT);
}
