/** `npm run trust`: plays every attack and fault against real processes, and adds up what the tests say became of them. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PARTS = [
  { name: "hostile peers", files: ["test/hostile/hostile.test.ts"] },
  { name: "readers of foreign bytes", files: ["test/fuzz/fuzz.test.ts", "test/recording/hostile.test.ts"] },
  { name: "faults", files: ["test/faults"] },
  {
    name: "planted secrets",
    files: ["test/e2e/privacy.test.ts", "test/e2e/secrets.test.ts", "test/agents/wire/secrets.test.ts"],
    isAboutSecrets: true,
  },
];
const folder = mkdtempSync(join(tmpdir(), "smartpbx-trust-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Runs the tests of one part. What they measured stands in lines such as `trust: data-lost=0 cases=100`. */
async function run({ name, files, isAboutSecrets }) {
  const there = files.filter((file) => existsSync(join(ROOT, file)));
  const report = join(folder, `${name}.json`);
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [
    vitest,
    "run",
    ...there,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (said += text));
  const telling = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`\r${name}: ${seconds} s `);
  }, 1000);
  await new Promise((resolve) => child.once("close", resolve));
  clearInterval(telling);
  process.stderr.write("\r\u001b[K");
  const { numTotalTests, numPassedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  const measured = { "data-lost": 0, disturbed: 0, cases: 0 };
  for (const [, what, found, cases] of said.matchAll(/trust: ([\w -]+?)=(\d+) cases=(\d+)/g)) {
    if (what in measured) measured[what] += Number(found);
    measured.cases += Number(cases);
  }
  const failed = testResults.flatMap(({ name: file, message, assertionResults }) => [
    ...(assertionResults.length === 0 ? [`${file}: ${message}`] : []),
    ...assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
  ]);
  return {
    name,
    cases: numTotalTests - numPendingTests,
    survived: numPassedTests,
    disturbed: measured.disturbed,
    lost: measured["data-lost"],
    leaked: isAboutSecrets ? failed.length : 0,
    failed,
  };
}

const HEADS = ["", "cases", "survived", "healthy calls disturbed", "data lost", "secrets leaked"];
const rows = [];
for (const part of PARTS) rows.push(await run(part));
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
const keys = ["cases", "survived", "disturbed", "lost", "leaked"];
const cells = [...rows, { name: "all", ...Object.fromEntries(keys.map((key) => [key, sum(key)])) }];
console.log(HEADS.map((head, k) => (k ? head.padStart(head.length + 2) : head.padEnd(26))).join(""));
for (const row of cells)
  console.log(
    row.name.padEnd(26) + keys.map((key, k) => String(row[key]).padStart(HEADS[k + 1].length + 2)).join(""),
  );
for (const { failed } of rows) for (const what of failed) console.log(`\nnot as it should be: ${what}`);
process.exit(
  sum("survived") === sum("cases") && sum("disturbed") + sum("lost") + sum("leaked") === 0 ? 0 : 1,
);
