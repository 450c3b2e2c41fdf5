/** What the image is made of, made in a folder: it starts, tells its health, takes a call, and drains. No Docker is needed. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { packed } from "../e2e/packed.js";
import { Phone } from "../e2e/phone.js";
import { build, context, environment, readDockerfile, step, words } from "./dockerfile.js";
import { ROOT } from "./manifests.js";

const run = promisify(execFile);
const stages = readDockerfile();
const image = stages.at(-1)!;
const base = mkdtempSync(join(tmpdir(), "image-"));
let serving: ChildProcess | undefined;
afterAll(() => {
  serving?.kill("SIGKILL");
  rmSync(base, { recursive: true, force: true });
});

it("is built in stages, and the last has no build tools, no root and no shell before the process", () => {
  expect(stages.map(({ name }) => name)).toEqual(["build", "dependencies", "final"]);
  for (const { base } of stages) expect(base).toMatch(/^node:2[02]-(alpine|slim)$/);
  expect(image.steps.filter(({ name }) => name === "RUN")).toEqual([]);
  expect(step(image, "USER").text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(step(image, "STOPSIGNAL").text).toBe("SIGTERM");
  expect([...words(step(image, "ENTRYPOINT")), ...words(step(image, "CMD"))].slice(-1)).toEqual(["serve"]);
  expect(() => readDockerfile("FROM a\nADD https://x y\n")).toThrow(/not understood/);
});

it("is given only what it is built from", () => {
  expect(readFileSync(join(ROOT, ".dockerignore"), "utf8")).toMatch(/^#.*\n\*\n!/);
  const names = context();
  for (const name of names) expect(existsSync(join(ROOT, name)), name).toBe(true);
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  // dist is built there.
  for (const path of files as string[])
    if (!/dist/.test(path)) expect(names, path).toContain(path.split("/")[0]);
});

it("holds production packages only, is well while it serves and drains, and keeps a running call", {
  timeout: 240_000,
}, async () => {
  const roots = new Map(stages.map(({ name }) => [name, join(base, name)]));
  for (const root of roots.values()) mkdirSync(root, { recursive: true });
  const [first, dependencies] = stages;
  if (process.env.DOCKERFILE === "whole") await build(first!, roots);
  else {
    // The first stage makes the package that npm would publish; the suite has it already.
    const made = join(roots.get("build")!, step(first!, "WORKDIR").text);
    mkdirSync(join(made, "recordings"), { recursive: true });
    await run("tar", ["-xzf", (await packed()).tarball, "-C", made]);
  }
  await build(dependencies!, roots);
  await build(image, roots);
  const root = roots.get("final")!;
  const modules = join(root, step(image, "WORKDIR").text, "node_modules");
  for (const name of ["ws", "libopus-wasm", "@aws-sdk/client-s3", "smartpbx-bridge"])
    expect(existsSync(join(modules, name)), name).toBe(true);
  for (const name of ["typescript", "vitest", "speaker", "mic"])
    expect(existsSync(join(modules, name)), name).toBe(false);
  const all = readdirSync(modules, { recursive: true, encoding: "utf8" });
  expect(all.filter((path) => path.endsWith(".node"))).toEqual([]);

  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    ...environment(image),
    SMARTPBX_PORT: String(port),
    SMARTPBX_RECORD: join(root, step(image, "VOLUME").text),
    SMARTPBX_AGENT_OPTION: "mode=instant",
  };
  const within = (path: string) => (path.startsWith("/") ? join(root, path) : path);
  const [program, ...args] = [...words(step(image, "ENTRYPOINT")), ...words(step(image, "CMD"))];
  expect(program).toBe("node");
  const cwd = within(step(image, "WORKDIR").text);
  for (const folder of [base, root]) chmodSync(folder, 0o755);
  const user = asUser(step(image, "USER").text);
  const child = spawn(process.execPath, args.map(within), {
    cwd,
    env,
    ...user,
    stdio: ["ignore", "pipe", "pipe"],
  });
  serving = child;
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => void (said += text));
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const check = words(step(image, "HEALTHCHECK"));
  const health = () =>
    run(process.execPath, check.slice(1), { env }).then(
      () => 0,
      ({ code }) => code,
    );
  await expect.poll(() => said, { timeout: 20_000 }).toContain(`:${port}/media-stream`);
  expect(await health()).toBe(0);

  const phone = await Phone.call(`ws://127.0.0.1:${port}/media-stream`);
  await phone.echoed();
  child.kill(step(image, "STOPSIGNAL").text as NodeJS.Signals);
  await expect.poll(() => said, { timeout: 20_000 }).toContain("Finishing 1 call");
  expect(await health()).toBe(0);
  await phone.echoed();
  await phone.hangUp();
  expect(await exit).toBe(0);
  expect(await health()).toBe(1);
  const [recording] = readdirSync(env.SMARTPBX_RECORD);
  expect(readdirSync(join(env.SMARTPBX_RECORD, recording!))).toContain("call.wav");
});

/** Only root can become another; and where Node lies in a folder of root's own nobody else can start it. */
function asUser(user: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0 || !isForEveryone(process.execPath)) return {};
  const [uid, gid] = user.split(":").map(Number) as [number, number];
  return { uid, gid };
}

/** Whether everybody may pass through the folders on the way, and run what lies there. */
function isForEveryone(path: string): boolean {
  const mayPass = (statSync(path).mode & 0o001) !== 0;
  return mayPass && (path === dirname(path) || isForEveryone(dirname(path)));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
