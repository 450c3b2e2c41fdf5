/** What users get with the package, and how it is published: held here, so that nobody changes it unseen. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(ROOT, path), "utf8");
const own = JSON.parse(text("package.json"));
const lock = JSON.parse(text("package-lock.json")).packages as Record<string, Record<string, unknown>>;

describe("installing the package", () => {
  it("runs nothing of ours", () => {
    const runByNpm = [
      "preinstall",
      "install",
      "postinstall",
      "prepare",
      "preprepare",
      "postprepare",
      "dependencies",
    ];
    expect(Object.keys(own.scripts).filter((name) => runByNpm.includes(name))).toEqual([]);
    // npm compiles where it finds one.
    expect(readdirSync(ROOT)).not.toContain("binding.gyp");
  });

  it("runs one script of others: the optional speaker compiles itself where it can", () => {
    const scripted = Object.entries(lock).filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev);
    expect(scripted.map(([place]) => place)).toEqual(["node_modules/speaker"]);
    expect(own.optionalDependencies.speaker).toBeDefined();
  });

  it("gets what was looked at: every package is known by its contents, and none by where it lay", () => {
    for (const [place, entry] of Object.entries(lock)) {
      if (place === "") continue;
      expect(entry.integrity, place).toMatch(/^sha512-/);
      expect(entry.resolved, place).toBeUndefined();
    }
  });
});

it("the bill of materials has all that is installed with us, and nothing else", () => {
  const made = execFileSync(process.execPath, [".ci/sbom.js"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { bomFormat, metadata, components } = JSON.parse(made.toString());
  expect([bomFormat, metadata.component.name]).toEqual(["CycloneDX", "smartpbx-bridge"]);
  const names: string[] = components.map(({ name }: { name: string }) => name);
  const needed = Object.keys({ ...own.dependencies, ...own.optionalDependencies });
  expect(names).toEqual(expect.arrayContaining(needed));
  // Of ours, and what these need.
  expect(names).toEqual(expect.arrayContaining(["ms", "safer-buffer"]));
  for (const other of Object.keys(own.devDependencies)) expect(names).not.toContain(other);
  for (const { hashes, purl } of components) {
    expect(purl).toMatch(/^pkg:npm\//);
    expect(hashes).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
  }
});

describe("the publish workflow", () => {
  interface Job {
    readonly needs?: string;
    readonly environment?: string;
    readonly permissions: object;
    readonly steps: { readonly uses?: string; readonly run?: string; readonly with?: object }[];
  }
  const source = text(".github/workflows/publish.yml");
  const workflow = parse(source) as { on: object; permissions: object; jobs: Record<string, Job> };
  const { test, publish } = workflow.jobs as { test: Job; publish: Job };
  const commands = (job: Job) => job.steps.flatMap(({ run }) => run ?? []);

  it("runs for tags of versions only, after every test", () => {
    expect(workflow.on).toEqual({ push: { tags: ["v[0-9]+.[0-9]+.[0-9]+*"] } });
    expect(commands(test)).toEqual([".ci/run"]);
    expect(publish.needs).toBe("test");
  });

  it("says where a package was made, and has no token that could be stolen", () => {
    expect(commands(publish).at(-1)).toBe("npm publish --provenance --access public");
    expect(workflow.permissions).toEqual({});
    expect(test.permissions).toEqual({ contents: "read" });
    expect(publish.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(publish.environment).toBe("npm");
    expect(source).not.toMatch(/secrets\.|TOKEN/);
  });

  it("uses others' actions at one commit each, and nobody's scripts beside the right to publish", () => {
    const uses = [...source.matchAll(/uses: (.*)/g)].map(([, used]) => used!);
    expect(uses.length).toBeGreaterThan(2);
    for (const used of uses) expect(used).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const installs = commands(publish).filter((command) => /npm (ci|install|i)\b/.test(command));
    expect(installs).toEqual(["npm install --ignore-scripts --no-save --no-audit --no-fund"]);
    for (const job of [test, publish])
      expect(job.steps[0]!.with).toMatchObject({ "persist-credentials": false });
  });
});
