import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "smartpbx-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, text: string) => writeFile(join(folder, name), text);

it("finds nothing where there is nothing", async () => {
  expect(await loadConfig(folder)).toBeUndefined();
});

it.each([
  ["smartpbx.config.mjs", "export default { port: 9000 };"],
  ["smartpbx.config.js", "module.exports = { port: 9000 };"],
  ["smartpbx.config.json", '{ "port": 9000 }'],
])("reads %s", async (name, text) => {
  await put(name, text);
  expect(await loadConfig(folder)).toEqual({ name, values: { port: 9000 } });
});

it("reads the file it is told to read, and not the one in the folder", async () => {
  await put("smartpbx.config.json", '{ "port": 1 }');
  await put("other.json", '{ "port": 2 }');
  expect(await loadConfig(folder, "other.json")).toMatchObject({ values: { port: 2 } });
});

it.each([
  [
    "an unknown key",
    '{ "prot": 1 }',
    'smartpbx.config.json has an unknown setting "prot"',
    "Did you mean port?",
  ],
  [
    "a strange key",
    '{ "banana": 1 }',
    'smartpbx.config.json has an unknown setting "banana"',
    "See all settings: smartpbx-bridge help environment",
  ],
  [
    "a key that comes too late",
    '{ "config": "x" }',
    "config cannot stand in smartpbx.config.json",
    "Give it on the command line.",
  ],
  [
    "broken JSON",
    '{\n "port": 1,\n}',
    "smartpbx.config.json, line 3: that is not valid JSON",
    "JSON wants double quotes around every key and text, and no comma after the last one.",
  ],
  [
    "a list",
    "[]",
    "smartpbx.config.json holds no settings",
    'Write: export default { port: 8080, agent: "echo" };',
  ],
])("refuses %s", async (_, text, message, fix) => {
  await put("smartpbx.config.json", text);
  await expect(loadConfig(folder)).rejects.toMatchObject({ code: "bad-config", message, fix });
});

it("refuses two config files", async () => {
  await put("smartpbx.config.json", "{}");
  await put("smartpbx.config.mjs", "export default {};");
  await expect(loadConfig(folder)).rejects.toMatchObject({
    code: "bad-config",
    fix: "Keep one of them, or choose with --config smartpbx.config.mjs",
  });
});

it("says why a module does not load", async () => {
  await put("smartpbx.config.mjs", 'throw new Error("no database");');
  await expect(loadConfig(folder)).rejects.toMatchObject({
    code: "bad-config",
    message: "smartpbx.config.mjs does not load: no database",
    fix: "Run it alone to see where: node smartpbx.config.mjs",
  });
});

it.each(["gone.json", "gone.mjs"])("says that %s is not there", async (name) => {
  await expect(loadConfig(folder, name)).rejects.toMatchObject({ code: "cannot-read", exitCode: 3 });
});
