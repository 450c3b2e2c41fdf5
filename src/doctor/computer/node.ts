/** Whether this Node.js is one that we run on. A newer patch of it is never asked for. */
import { type Checked, fine } from "../checked.js";

/** As `engines` in package.json. */
const NEEDED = [20, 17] as const;

export function checkNode(
  version = process.versions.node,
  platform = `${process.platform} ${process.arch}`,
): Checked {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const value = `${version} on ${platform}`;
  const measured = { version, platform };
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]))
    return fine("node", "Node.js", value, { measured });
  return {
    name: "node",
    what: "Node.js",
    value,
    measured,
    findings: [
      {
        code: "node-too-old",
        severity: "error",
        seen: `This is Node ${version}, and ${NEEDED.join(".")} is the oldest that works.`,
        why: "Calls may fail in ways that nobody has tested.",
        fix: "Install a current Node from https://nodejs.org, then run the same command again.",
      },
    ],
  };
}
