/** What the `ws` library exports of its inside, without types: its reader and its writer of frames. */
import type { Writable } from "node:stream";
import * as everything from "ws";

interface Frames {
  /** Emits message, ping, pong and conclude. */
  readonly Receiver: new (options: {
    isServer: boolean;
  }) => Writable;
  readonly Sender: {
    frame(
      data: Buffer,
      options: { fin: boolean; mask: boolean; opcode: number; readOnly: boolean },
    ): readonly Buffer[];
  };
}

export const { Receiver, Sender } = everything as unknown as Frames;
