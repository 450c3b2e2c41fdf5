/** Errors that are the user's to fix, and the one table of their codes. Anything else that is thrown is our bug. */

/** Each code with the exit code it leads to: 2 called wrongly, 3 could not reach or open something. */
const CODES = {
  "bad-flag": 2,
  "bad-config": 2,
  "unknown-agent": 2,
  "bad-agent-option": 2,
  "bad-agent-module": 2,
  "bad-wav": 2,
  "bad-scenario": 2,
  "bad-expectations": 2,
  "bad-provider-file": 2,
  "missing-token": 2,
  "missing-package": 2,
  "bad-recording": 2,
  "unknown-device": 2,
  "port-in-use": 3,
  "cannot-listen": 3,
  "cannot-read": 3,
  "cannot-write": 3,
  "cannot-speak": 3,
  "endpoint-unreachable": 3,
  "endpoint-refused": 3,
  "agent-unreachable": 3,
  "agent-refused": 3,
  "no-tunnel": 3,
  "tunnel-failed": 3,
  "no-sound": 3,
  "device-lost": 3,
} as const satisfies Record<string, 2 | 3>;

export type ErrorCode = keyof typeof CODES;

/** `message` says what is wrong, `fix` what to do about it, in a sentence or a command to paste. */
export class BridgeError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;

  constructor(code: ErrorCode, message: string, options: { fix: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = "BridgeError";
    this.code = code;
    this.fix = options.fix;
  }

  get exitCode(): 2 | 3 {
    return CODES[this.code];
  }
}
