/** Finds, among all calls of the server, the one that was placed from here, and lets an observer hear the server's side of it. */
import type { Observer } from "../call/events.js";

export class Overhearing {
  #listener: Observer | undefined;
  #callId: string | undefined;

  /** Who is to be told of the call that is placed next. */
  listen(listener: Observer): void {
    this.#listener = listener;
    this.#callId = undefined;
  }

  /** Observes the caller's side, which learns that the call has begun before its endpoint does. */
  caller(): Observer {
    return (event) => {
      if (event.type === "call-started") this.#callId = event.info.callId;
    };
  }

  /** Observes the server's side of any call. */
  observer(): Observer {
    let listener: Observer | undefined;
    return (event) => {
      if (event.type === "call-started" && !listener && this.#callId === event.info.callId)
        listener = this.#listener;
      listener?.(event);
    };
  }

  forget(): void {
    this.#listener = undefined;
    this.#callId = undefined;
  }
}
