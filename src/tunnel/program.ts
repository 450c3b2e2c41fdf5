/** What a tunnel program is to us: how it is started, where its output says the address, and what its complaints mean. */

export const TUNNEL_NAMES = ["cloudflared", "ngrok", "tailscale"] as const;

export type TunnelName = (typeof TUNNEL_NAMES)[number];

/** What one line of its output means for us. */
export interface Said {
  /** The public address, `https://HOST` or `https://HOST:PORT`. */
  readonly address?: string;
  /** The program waits for the user to open this address. */
  readonly asks?: string;
}

export interface TunnelProgram {
  readonly name: TunnelName;
  /** @param target what the tunnel leads to, `http://127.0.0.1:8080` or, with our own certificate, `https://…`. */
  args(target: string): readonly string[];
  /** Makes the reader of one run's output: it is given every line in order, without colours. */
  reader(): (line: string) => Said;
  /** What a line complains of, for people; undefined for lines that complain of nothing. */
  complaint(line: string): string | undefined;
  /** What to do about what it said last, where that is known. */
  fix(words: string): string | undefined;
  /** The command that installs it, by `process.platform`; Linux stands for all others. */
  readonly install: Readonly<Record<"darwin" | "win32" | "linux", string>>;
}
