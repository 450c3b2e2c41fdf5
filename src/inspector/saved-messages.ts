/** What the inspector and the thread that reads recordings tell each other. */
import type { Problems, SavedFacts } from "./messages.js";

/** Given to the thread when it begins. */
export interface ReadingSettings {
  readonly directory: string;
  readonly showPersonal: boolean;
  readonly version: string;
}

/** What is made of a saved call. */
export type ExportKind = "report" | "wav" | "vcon" | "har";

export type ToReader =
  | { readonly type: "look" }
  | {
      readonly type: "export";
      readonly job: number;
      readonly name: string;
      readonly kind: ExportKind;
      /** Of the file to be written. */
      readonly path: string;
    };

export type FromReader =
  | {
      readonly type: "listing";
      /** The newest, as many as are shown. */
      readonly calls: readonly { readonly name: string; readonly facts: SavedFacts }[];
      /** How many there are in all. */
      readonly total: number;
    }
  | { readonly type: "problems"; readonly name: string; readonly problems: Problems }
  /** `failed` says in words why there is no file. */
  | { readonly type: "exported"; readonly job: number; readonly failed?: string };
