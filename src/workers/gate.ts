/** The one door of all workers: it stands in the primary, so that every limit holds over all of them together. */
import type { IncomingMessage } from "node:http";
import { type Answer, Door, type DoorSettings } from "../bridge/door.js";
import type { DoorRefusal } from "../bridge/refusals.js";
import type { Clock } from "../clock.js";
import type { Knock } from "./messages.js";

export class Gate {
  /** Takes nobody from now on. */
  isDraining = false;
  readonly #door: Door;
  readonly #refused: (cause: DoorRefusal) => void;
  #calls = 0;

  /** @param refused told of everybody who is not let in. */
  constructor(settings: DoorSettings, clock: Clock, refused: (cause: DoorRefusal) => void) {
    this.#door = new Door(settings, clock);
    this.#refused = refused;
  }

  /** How many are in, in all workers. */
  get calls(): number {
    return this.#calls;
  }

  knock({ url, headers, remoteAddress }: Knock): Answer {
    const request = { url, headers, socket: { remoteAddress } } as IncomingMessage;
    const answer = this.#door.knock(request, { isDraining: this.isDraining, calls: this.#calls });
    if (answer.refused) {
      this.#refused(answer.refused);
      return answer;
    }
    return {
      enter: () => {
        const leave = answer.enter();
        this.#calls++;
        return () => {
          this.#calls--;
          leave();
        };
      },
    };
  }
}
