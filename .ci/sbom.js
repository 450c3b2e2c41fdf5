/**
 * Prints what the package brings along, as a CycloneDX document for scanners: `npm run --silent sbom > sbom.json`.
 *
 * npm makes it, from a lock file that has only what is installed with us. Told to leave out development packages it would also leave
 * out those of ours that a development package needs too, among them `ws`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { devDependencies: _, peerDependencies, peerDependenciesMeta, scripts, ...own } = json("package.json");
const lock = json("package-lock.json");
const root = { ...lock.packages[""], devDependencies: undefined, peerDependencies: undefined };
const kept = { "": { ...root, peerDependenciesMeta: undefined } };

/** Where Node would find `name` from the package at `place`: in its own folder, or in one above. */
function placeOf(name, place) {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const found = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (lock.packages[found]) return found;
    if (folder === "") return undefined;
  }
}

function keepWhatItNeeds(place) {
  const { dependencies, optionalDependencies } = kept[place];
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = placeOf(name, place);
    if (found === undefined || kept[found]) continue;
    const { dev, devOptional, peer, ...entry } = lock.packages[found];
    kept[found] = entry;
    keepWhatItNeeds(found);
  }
}

function json(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

keepWhatItNeeds("");
const place = mkdtempSync(join(tmpdir(), "smartpbx-sbom-"));
// npm names the document after its folder.
const cwd = join(place, own.name);
try {
  mkdirSync(cwd);
  writeFileSync(join(cwd, "package.json"), JSON.stringify(own));
  writeFileSync(join(cwd, "package-lock.json"), JSON.stringify({ ...lock, packages: kept }));
  const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type", "application"];
  process.stdout.write(execFileSync("npm", args, { cwd, stdio: ["ignore", "pipe", "inherit"] }));
} finally {
  rmSync(place, { recursive: true });
}
