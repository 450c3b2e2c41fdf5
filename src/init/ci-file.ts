/** The texts of the CI jobs that place the calls of `scenarios/` on every push. */
import type { AgentFacts } from "./agent-facts.js";
import type { Place } from "./place.js";

type Where = Pick<Place, "install" | "version">;

const WHAT =
  "# Places every call in scenarios/, with the agent of smartpbx.config.mjs, and fails when one does not go as it should.";

export function githubText(agent: AgentFacts, where: Where): string {
  const secrets = neededOf(agent);
  const env = secrets.map((name) => `          ${name}: \${{ secrets.${name} }}`);
  return lines(
    WHAT,
    secrets.length > 0 &&
      `# Set as secrets of the repository: ${secrets.join(", ")}. These calls reach the real service.`,
    "name: calls",
    // Pull requests from forks have no secrets.
    secrets.length > 0 ? "on: [push]" : "on: [push, pull_request]",
    "",
    "permissions:",
    "  contents: read",
    "",
    "jobs:",
    "  calls:",
    "    runs-on: ubuntu-latest",
    "    timeout-minutes: 10",
    "    steps:",
    "      - uses: actions/checkout@v4",
    "      - uses: actions/setup-node@v4",
    "        with:",
    "          node-version: 22",
    where.install && `      - run: ${where.install}`,
    agent.isLocal && "      # The agent runs on this machine: start it here, for example",
    agent.isLocal && "      # - run: node agent.js &",
    "      - name: Calls",
    `        run: ${program(where)} simulate scenarios/*.yaml --reporter list,github,junit:calls.xml`,
    env.length > 0 && "        env:",
    ...env,
    "      - uses: actions/upload-artifact@v4",
    "        if: always()",
    "        with:",
    "          name: calls",
    "          path: calls.xml",
  );
}

export function gitlabText(agent: AgentFacts, where: Where): string {
  const secrets = neededOf(agent);
  return lines(
    WHAT,
    secrets.length > 0 &&
      `# Set as masked CI/CD variables: ${secrets.join(", ")}. These calls reach the real service.`,
    "calls:",
    "  image: node:22",
    "  timeout: 10 minutes",
    "  script:",
    where.install && `    - ${where.install}`,
    agent.isLocal && "    # The agent runs on this machine: start it here, for example",
    agent.isLocal && "    # - node agent.js &",
    `    - ${program(where)} simulate scenarios/*.yaml --reporter list,junit:calls.xml`,
    "  artifacts:",
    "    when: always",
    "    reports:",
    "      junit: calls.xml",
  );
}

/** The version is pinned either way: by the lock file, or by its number. */
function program({ install, version }: Where): string {
  return install ? "npx smartpbx-bridge" : `npx --yes smartpbx-bridge@${version}`;
}

function neededOf({ variables, isSecret }: AgentFacts): string[] {
  const names = variables.filter(({ isNeeded }) => isNeeded).map(({ name }) => name);
  return isSecret ? [...names, "SMARTPBX_AGENT"] : names;
}

function lines(...texts: (string | false | undefined)[]): string {
  return `${texts.filter((text) => text !== undefined && text !== false).join("\n")}\n`;
}
