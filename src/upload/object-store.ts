/** Where recordings are kept when they have left this computer, as the uploader sees it. */
import type { FileHandle } from "node:fs/promises";

/** A stretch of a file, with the checksum that makes the store refuse anything else. */
export interface Piece {
  readonly file: FileHandle;
  /** In bytes. */
  readonly start: number;
  readonly bytes: number;
}

/** Every method rejects with a `StoreFailure` when the store is the cause, with anything else when this computer is. */
export interface ObjectStore {
  /** `s3://bucket/prefix/name`: what people and marks call the object, or the folder of objects, `name`. */
  address(name: string): string;
  put(name: string, piece: Piece, signal: AbortSignal): Promise<void>;
  /** Begins an object that is sent in parts. @returns what the parts are sent to. */
  startParts(name: string, signal: AbortSignal): Promise<string>;
  /** @param number from 1. @returns what `finishParts` wants to know of the part. */
  putPart(name: string, id: string, number: number, piece: Piece, signal: AbortSignal): Promise<string>;
  finishParts(name: string, id: string, tags: readonly string[], signal: AbortSignal): Promise<void>;
  /** Forgets an object that will not be finished. */
  dropParts(name: string, id: string, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** The store could not be reached, or refused. Its message holds nothing that the store has said but a name and a number. */
export class StoreFailure extends Error {
  /** What the store calls it, as `NoSuchUpload`. */
  readonly kind: string;
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;

  constructor(kind: string, message: string, status?: number) {
    super(message);
    this.status = status;
    this.name = "StoreFailure";
    this.kind = kind;
  }
}
