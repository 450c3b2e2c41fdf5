/** Something that tests wait for: conditions are looked at again whenever it changes. */

interface Waiting {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Watch {
  #waiting: Waiting[] = [];
  #over: string | undefined;

  /** Resolves as soon as `condition` holds. Rejects when it cannot come to hold any more. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    if (this.#over !== undefined) return Promise.reject(new Error(this.#over));
    return new Promise((resolve, reject) => this.#waiting.push({ condition, resolve, reject }));
  }

  /** Looks at every condition again. */
  changed(): void {
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => {
      const holds = condition();
      if (holds) resolve();
      return !holds;
    });
  }

  /** Nothing will change any more: whoever still waits is told `why`. */
  over(why: string): void {
    this.changed();
    this.#over = why;
    for (const { reject } of this.#waiting) reject(new Error(why));
    this.#waiting = [];
  }
}
