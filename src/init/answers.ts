/** What `init` has to know before it writes anything: the answers to its questions. */

export const CI_KINDS = ["github", "gitlab", "none"] as const;

export type CiKind = (typeof CI_KINDS)[number];

export interface Answers {
  /** Agent spec: `kind`, `kind:URL` or the path of a module. */
  readonly agent: string;
  /** Of the calls that `simulate` places. */
  readonly format: "g711_ulaw" | "pcm16" | "opus";
  /** Folder for the recordings of all calls; undefined saves none. */
  readonly record: string | undefined;
  readonly port: number;
  /** Header that SmartPBX must send; undefined lets everybody call. */
  readonly authHeader: string | undefined;
  readonly ci: CiKind;
}
