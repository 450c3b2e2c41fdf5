/** Recordings in a bucket of Amazon S3, or of anything that speaks its protocol, through the user's own copy of AWS' client. */
import { Readable } from "node:stream";
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { Clock } from "../clock.js";
import { BridgeError } from "../errors.js";
import { blocks, sha256Of } from "./blocks.js";
import { type ObjectStore, type Piece, StoreFailure } from "./object-store.js";

export interface S3Options {
  readonly bucket: string;
  /** Stands before every name: empty, or with a `/` at its end. */
  readonly prefix: string;
  /** Of another service than Amazon's: `https://HOST`. */
  readonly endpoint: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

type Library = typeof import("@aws-sdk/client-s3");
/** What is used of any of the client's commands, and of their answers. */
interface Command {
  readonly middlewareStack: { add(middleware: never, options: never): void };
}
interface Answer {
  readonly UploadId?: string;
  readonly ETag?: string;
}

const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const LIBRARY = "@aws-sdk/client-s3";
/** A server that takes or says nothing for so long is given up. */
const STALL_MS = 30_000;
const CONNECT_MS = 10_000;

/** @throws BridgeError `missing-package` without AWS' client, `bad-config` without a region. */
export async function openS3(options: S3Options, load = () => import(LIBRARY)): Promise<ObjectStore> {
  const library = (await load().catch((cause: unknown) => {
    throw new BridgeError(
      "missing-package",
      `--upload needs the package ${LIBRARY}, and it is not installed`,
      {
        fix: `npm install ${LIBRARY}`,
        cause,
      },
    );
  })) as Library;
  const isOther =
    options.endpoint !== undefined ||
    Boolean(options.env.AWS_ENDPOINT_URL_S3 ?? options.env.AWS_ENDPOINT_URL);
  const client = new library.S3Client({
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    // Other services mostly have no host for each bucket, and no regions.
    ...(isOther && { forcePathStyle: true }),
    ...(isOther && !hasRegion(options.env) && { region: "us-east-1" }),
    // The uploader has its own patience.
    maxAttempts: 1,
    // Others do not know the newer checksums; ours is part of the signature.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // It would write to the terminal of its own accord.
    logger: SILENT,
    requestHandler: { connectionTimeout: CONNECT_MS },
  } satisfies S3ClientConfig);
  await client.config.region().catch((cause: unknown) => {
    client.destroy();
    throw new BridgeError("bad-config", "--upload needs to know the bucket's region, and none is set", {
      fix: "Set AWS_REGION, for example AWS_REGION=eu-central-1",
      cause,
    });
  });
  return new S3Store(options, library, client);
}

function hasRegion(env: S3Options["env"]): boolean {
  return Boolean(env.AWS_REGION ?? env.AWS_DEFAULT_REGION);
}

class S3Store implements ObjectStore {
  readonly #options: S3Options;
  readonly #library: Library;
  readonly #client: S3Client;

  constructor(options: S3Options, library: Library, client: S3Client) {
    this.#options = options;
    this.#library = library;
    this.#client = client;
  }

  address(name: string): string {
    return `s3://${this.#options.bucket}/${this.#options.prefix}${name}`;
  }

  async put(name: string, piece: Piece, signal: AbortSignal): Promise<void> {
    const { PutObjectCommand } = this.#library;
    const object = { ...this.#object(name), ContentType: typeOf(name) };
    await this.#sendPiece((body) => new PutObjectCommand({ ...object, ...body }), piece, signal);
  }

  async startParts(name: string, signal: AbortSignal): Promise<string> {
    const { CreateMultipartUploadCommand } = this.#library;
    const object = { ...this.#object(name), ContentType: typeOf(name) };
    const { UploadId } = await this.#send(new CreateMultipartUploadCommand(object), signal);
    if (!UploadId) throw new StoreFailure("NoUploadId", "the store gave no upload id");
    return UploadId;
  }

  async putPart(
    name: string,
    id: string,
    number: number,
    piece: Piece,
    signal: AbortSignal,
  ): Promise<string> {
    const { UploadPartCommand } = this.#library;
    const part = { ...this.#object(name), UploadId: id, PartNumber: number };
    const { ETag } = await this.#sendPiece(
      (body) => new UploadPartCommand({ ...part, ...body }),
      piece,
      signal,
    );
    if (!ETag) throw new StoreFailure("NoETag", "the store gave a part no ETag");
    return ETag;
  }

  async finishParts(name: string, id: string, tags: readonly string[], signal: AbortSignal): Promise<void> {
    const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    const { CompleteMultipartUploadCommand } = this.#library;
    const all = { ...this.#object(name), UploadId: id, MultipartUpload: { Parts } };
    await this.#send(new CompleteMultipartUploadCommand(all), signal);
  }

  async dropParts(name: string, id: string, signal: AbortSignal): Promise<void> {
    const { AbortMultipartUploadCommand } = this.#library;
    await this.#send(new AbortMultipartUploadCommand({ ...this.#object(name), UploadId: id }), signal);
  }

  close(): void {
    this.#client.destroy();
  }

  #object(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#options.bucket, Key: `${this.#options.prefix}${name}` };
  }

  /** The checksum goes before the bytes, in the signed head: it is taken in small blocks here, not at once by the client. */
  async #sendPiece(
    make: (body: { Body: Readable; ContentLength: number }) => Command,
    piece: Piece,
    signal: AbortSignal,
  ): Promise<Answer> {
    const sha256 = await sha256Of(piece);
    const watch = new Watch(this.#options.clock);
    const body = Readable.from(watched(piece, watch), { objectMode: false });
    body.on("error", (error) => watch.fail(error));
    const command = make({ Body: body, ContentLength: piece.bytes });
    const middleware = (next: (args: Built) => unknown) => (args: Built) => {
      args.request.headers["x-amz-content-sha256"] = sha256;
      return next(args);
    };
    command.middlewareStack.add(middleware as never, { step: "build", name: "contentSha256" } as never);
    try {
      return await this.#send(command, signal, watch);
    } finally {
      body.destroy();
    }
  }

  async #send(
    command: Command,
    signal: AbortSignal,
    watch = new Watch(this.#options.clock),
  ): Promise<Answer> {
    try {
      const abortSignal = AbortSignal.any([signal, watch.signal]);
      return (await this.#client.send(command as never, { abortSignal })) as Answer;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw watch.failure ?? failureOf(error);
    } finally {
      watch.end();
    }
  }
}

interface Built {
  readonly request: { readonly headers: Record<string, string> };
}

/** Gives a request up when nothing has moved for a while, or what is to be sent cannot be read. */
class Watch {
  failure: Error | undefined;
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  #timer: { cancel(): void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.moved();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  moved(): void {
    this.#timer?.cancel();
    const stalled = new StoreFailure("Stalled", `nothing moved for ${STALL_MS / 1000} s`);
    this.#timer = this.#clock.setTimer(() => this.fail(stalled), STALL_MS);
  }

  fail(error: Error): void {
    if (this.#abort.signal.aborted) return;
    this.failure = error;
    this.#abort.abort();
  }

  end(): void {
    this.#timer?.cancel();
  }
}

async function* watched(piece: Piece, watch: Watch): AsyncGenerator<Buffer> {
  for await (const block of blocks(piece)) {
    watch.moved();
    yield block;
  }
}

/** Of what the far end says only a name in letters is repeated: its texts may hold keys, or lines of their own. */
function failureOf(error: unknown): StoreFailure {
  const { name, code, $metadata } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const kind = [code, name].find((word) => typeof word === "string" && /^[A-Za-z][\w.]{0,63}$/.test(word));
  const known = String(kind ?? "Error");
  if (known === "CredentialsProviderError") return new StoreFailure(known, "no AWS credentials were found");
  const status = $metadata?.httpStatusCode;
  return new StoreFailure(known, status === undefined ? known : `${known} (${status})`, status);
}

function typeOf(name: string): string {
  if (name.endsWith(".json")) return "application/json";
  if (name.endsWith(".jsonl")) return "application/x-ndjson";
  return name.endsWith(".wav") ? "audio/wav" : "application/octet-stream";
}
