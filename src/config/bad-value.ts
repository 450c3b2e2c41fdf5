/** A setting's value that cannot be used. It does not know yet where the value came from; `resolve` does. */
export class BadValue extends Error {
  /** A value that would do, spelled as for a flag. */
  readonly instead: string | undefined;
  /** What to do, where another value is not the answer. */
  readonly fix: string | undefined;

  /** @param message reads on after the name of the setting and a colon; holds no secret. */
  constructor(message: string, remedy: { instead?: string; fix?: string }) {
    super(message);
    this.instead = remedy.instead;
    this.fix = remedy.fix;
  }
}
