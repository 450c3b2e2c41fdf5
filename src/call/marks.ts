/** Places in the agent's audio of which the agent wants to know when the caller has heard everything before them. */

interface Mark {
  readonly name: string;
  /** The number of frames before it. */
  readonly after: number;
  heardAt: number | undefined;
}

export class Marks {
  #marks: Mark[] = [];

  /** @param heardAt when all before it is heard, if the last frame of that has left already. */
  add(name: string, after: number, heardAt: number | undefined): void {
    this.#marks.push({ name, after, heardAt });
  }

  /** `frames` frames have left so far, and the caller will have heard the last of them at `heardAt`. */
  released(frames: number, heardAt: number): void {
    for (const mark of this.#marks) if (mark.after === frames) mark.heardAt = heardAt;
  }

  /** When the next one is reached, as far as that is known. */
  get nextAt(): number {
    return this.#marks[0]?.heardAt ?? Number.POSITIVE_INFINITY;
  }

  /** Takes those that are reached by now, in their order. */
  take(now: number): string[] {
    if (this.nextAt > now) return [];
    let count = 1;
    while ((this.#marks[count]?.heardAt ?? Number.POSITIVE_INFINITY) <= now) count++;
    return this.#marks.splice(0, count).map(({ name }) => name);
  }

  takeAll(): string[] {
    return this.#marks.splice(0).map(({ name }) => name);
  }
}
