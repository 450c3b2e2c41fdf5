/** ngrok, version 3 or 2: wants an account, whose token it keeps itself. */
import type { TunnelProgram } from "./program.js";

/**
 * Under `--log stdout --log-format json` it says, among much else (the same fields in versions 2 and 3, where version 2
 * has a second line for `http:`):
 *
 *     {"lvl":"info","msg":"started tunnel","name":"command_line","obj":"tunnels","url":"https://ab12.ngrok-free.app",…}
 *     {"lvl":"eror","msg":"failed to reconnect session","err":"authentication failed: …\n\nERR_NGROK_4018\n",…}
 *
 * and before it gives up, as plain text on stderr, lines that begin with `ERROR:`.
 */
interface LogLine {
  readonly lvl?: unknown;
  readonly msg?: unknown;
  readonly err?: unknown;
  readonly url?: unknown;
}

export const ngrok: TunnelProgram = {
  name: "ngrok",
  args: (target) => ["http", target, "--log", "stdout", "--log-format", "json"],
  reader: () => (line) => {
    const { msg, url } = parse(line);
    const isAddress = msg === "started tunnel" && typeof url === "string" && /^https:\/\/[^/\s]+/.test(url);
    return isAddress ? { address: url } : {};
  },
  complaint(line) {
    const plain = /^ERROR:\s+(\S.*)/.exec(line)?.[1];
    if (plain !== undefined)
      return /^(?:https?:|ERR_|Sign up|Install your|Your authtoken)/.test(plain) ? undefined : plain;
    const { lvl, msg, err } = parse(line);
    if (lvl !== "eror" && lvl !== "crit") return undefined;
    const reason = typeof err === "string" ? (err.split(/[\r\n]/, 1)[0] ?? "") : "";
    return reason && reason !== "<nil>" && reason !== "nil" ? reason : String(msg ?? "");
  },
  fix(words) {
    if (/ERR_NGROK_(?:4018|105|106|107)\b/.test(words))
      return "Give it your token once: ngrok config add-authtoken TOKEN (https://dashboard.ngrok.com/get-started/your-authtoken)";
    if (/ERR_NGROK_108\b/.test(words))
      return "Your account has its sessions elsewhere: end them (https://dashboard.ngrok.com/agents), or use --tunnel cloudflared.";
    if (/ERR_NGROK_334\b/.test(words)) return "This address is in use by another ngrok: end that one first.";
    if (/ERR_NGROK_(?:120|121)\b/.test(words)) return "This ngrok is too old for its service: ngrok update";
    return undefined;
  },
  install: {
    darwin: "brew install ngrok",
    win32: "winget install ngrok -s msstore",
    linux:
      'curl -sSL https://ngrok-agent.s3.amazonaws.com/ngrok.asc | sudo tee /etc/apt/trusted.gpg.d/ngrok.asc >/dev/null && echo "deb https://ngrok-agent.s3.amazonaws.com bookworm main" | sudo tee /etc/apt/sources.list.d/ngrok.list && sudo apt update && sudo apt install ngrok',
  },
};

function parse(line: string): LogLine {
  if (!line.startsWith("{")) return {};
  try {
    return (JSON.parse(line) ?? {}) as LogLine;
  } catch {
    return {};
  }
}
