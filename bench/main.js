/** `npm run bench [-- quality|load …]`: the numbers this project stands by, measured in one run beside a reference. */
const PARTS = {
  quality: async () => (await import("./quality.js")).quality(),
  pacing: async () => (await import("./pacing.js")).pacing(),
  startup: async () => (await import("./startup.js")).startup(),
  callers: async () => (await import("./callers.js")).callers(),
  load: async () => (await import("./load.js")).load(),
  cpu: async () => (await import("./cpu.js")).cpu(),
  capacity: async () => (await import("./capacity.js")).capacity(),
  recordings: async () => (await import("./recordings.js")).recordings(),
  report: async () => (await import("./report.js")).report(),
  profile: async () => (await import("./profile.js")).profile(),
};
const asked = process.argv.slice(2);
for (const name of asked) {
  if (!(name in PARTS)) {
    console.error(`There is no bench "${name}". There are: ${Object.keys(PARTS).join(", ")}.`);
    process.exit(2);
  }
}
for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) await PARTS[name]();
