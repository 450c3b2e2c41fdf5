/** A real server of S3's protocol in this process, behind a door that can be shut, be slow, or break in the middle. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

interface S3Server {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}
const S3rver = createRequire(import.meta.url)("@20minutes/s3rver") as new (options: object) => S3Server;

export const BUCKET = "calls";
/** The one pair that the server knows. */
export const KEYS = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" };

export class Store {
  /** First lines of the requests that came through, in order. */
  readonly requests: string[] = [];
  /** Bytes of the connection after which each connection stands still; Infinity for never. */
  stallAfterBytes = Number.POSITIVE_INFINITY;
  readonly #folder: string;
  readonly #behind: S3Server;
  readonly #behindPort: number;
  readonly #sockets = new Set<Socket>();
  #door = this.#newDoor();
  #port = 0;

  static async open(): Promise<Store> {
    const folder = mkdtempSync(join(tmpdir(), "store-"));
    const behind = new S3rver({
      port: 0,
      address: "127.0.0.1",
      silent: true,
      directory: folder,
      configureBuckets: [{ name: BUCKET }],
    });
    const { port } = await behind.run();
    const store = new Store(folder, behind, port);
    await store.openDoor();
    onTestFinished(() => store.close());
    return store;
  }

  private constructor(folder: string, behind: S3Server, port: number) {
    this.#folder = folder;
    this.#behind = behind;
    this.#behindPort = port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async openDoor(): Promise<void> {
    await new Promise<void>((resolve) => this.#door.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#door.address() as AddressInfo).port;
  }

  /** From now on nobody is there. */
  async shutDoor(): Promise<void> {
    const closed = new Promise((resolve) => this.#door.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#door = this.#newDoor();
  }

  /** What is there under a name, as it came; undefined where nothing is. */
  async object(name: string): Promise<Buffer | undefined> {
    return readFile(join(this.#folder, BUCKET, `${name}._S3rver_object`)).catch(() => undefined);
  }

  /** The names that are there. */
  names(): string[] {
    return readdirSync(join(this.#folder, BUCKET), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("._S3rver_object"))
      .map((name) => name.replace("._S3rver_object", ""))
      .sort();
  }

  async close(): Promise<void> {
    await this.shutDoor();
    await this.#behind.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #newDoor() {
    return createServer((socket) => {
      const behind = connect(this.#behindPort, "127.0.0.1");
      let passed = 0;
      for (const [one, other] of [
        [socket, behind],
        [behind, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on("error", () => {});
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
      behind.on("data", (data) => void socket.write(data));
      socket.on("data", (data) => {
        for (const [line] of data.toString("latin1").matchAll(/^(?:GET|HEAD|PUT|POST|DELETE) \S+ HTTP/gm))
          this.requests.push(line.replace(/ HTTP$/, ""));
        passed += data.length;
        if (passed > this.stallAfterBytes) socket.pause();
        else behind.write(data);
      });
    });
  }
}
