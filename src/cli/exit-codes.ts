/** What the command line's exit codes mean. */

export const EXIT_OK = 0;
/** Checked, and the answer is no. */
export const EXIT_FAILED = 1;
/** Could not reach or open something. */
export const EXIT_UNREACHABLE = 3;
export const EXIT_BUG = 70;

export const EXIT_CODE_WORDS: readonly (readonly [string, string])[] = [
  ["0", "fine"],
  ["1", "checked and failed: a call did not go as it should"],
  ["2", "called wrongly: a flag, a setting or a file that was given"],
  ["3", "could not reach or open something: a port, an endpoint, an agent, a folder"],
  ["70", "a bug in smartpbx-bridge"],
  ["130", "interrupted by ^C"],
  ["143", "stopped by SIGTERM, with calls cut"],
];
