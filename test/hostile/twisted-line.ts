/** A line between the bridge and a far end in good order: it carries everything, until it is told to go wrong. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What a connection of the bridge meets instead of the far end. */
export type Twist = (near: Socket, far: () => Socket, edited: (text: string) => string) => void;

export class TwistedLine {
  /** The latest connection from the bridge, which is its WebSocket once there is a conversation. */
  near: Socket | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #far: Socket | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param url of the far end, `ws://127.0.0.1:PORT`. */
  static async open(url: string, twist?: Twist): Promise<TwistedLine> {
    const line = new TwistedLine(createServer());
    line.#server.on("connection", (near) => {
      line.#keep(near);
      line.near = near;
      const far = () => {
        const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
        line.#keep(socket);
        line.#far = socket;
        near.once("close", () => socket.destroy());
        return socket;
      };
      // A far end that names its own address is made to name the line's.
      const edited = (text: string) => text.replaceAll(new URL(url).host, `127.0.0.1:${line.port}`);
      if (twist) twist(near, far, edited);
      else join(near, far(), edited);
    });
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The far end is heard no more; what the bridge says is still carried. */
  takeOver(): Socket {
    this.#far?.unpipe().removeAllListeners("data");
    this.#far?.resume();
    return this.near as Socket;
  }

  /** What the bridge says is taken no more. */
  stopReading(): void {
    this.near?.unpipe();
    this.near?.removeAllListeners("data");
    this.near?.pause();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}).once("close", () => this.#sockets.delete(socket));
  }
}

/** Carries both ways; what the far end says before its WebSocket is open goes through `edited`. */
export function join(near: Socket, far: Socket, edited: (text: string) => string, opened?: () => void): void {
  near.pipe(far);
  let isOpen = false;
  far.on("data", (bytes) => {
    if (isOpen) return near.write(bytes);
    const text = bytes.toString("latin1");
    isOpen = text.startsWith("HTTP/1.1 101");
    return near.write(Buffer.from(edited(text), "latin1"), () => isOpen && opened?.());
  });
  far.once("close", () => near.destroy());
}
