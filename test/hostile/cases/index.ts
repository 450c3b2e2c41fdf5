/** The whole catalogue, by kind of attack. */
import type { Case } from "../case.js";
import { agents } from "./agents.js";
import { floods } from "./floods.js";
import { frames } from "./frames.js";
import { handshake } from "./handshake.js";
import { ids } from "./ids.js";
import { messages } from "./messages.js";
import { pages } from "./pages.js";
import { resets } from "./resets.js";

const ALL: Readonly<Record<string, readonly Case[]>> = {
  "Ids and numbers": ids,
  "At the door": handshake,
  Messages: messages,
  Frames: frames,
  "Connections that go": resets,
  "Local pages": pages,
  Floods: floods,
  Agents: agents,
};

/** All of it, or while something is being looked into, the cases whose words contain HOSTILE_ONLY. */
const only = process.env.HOSTILE_ONLY ?? "";
export const CATALOGUE: Readonly<Record<string, readonly Case[]>> = Object.fromEntries(
  Object.entries(ALL)
    .map(([name, rows]) => [name, rows.filter(({ peer, does }) => `${peer} ${does}`.includes(only))] as const)
    .filter(([, rows]) => rows.length > 0),
);

export const cases: readonly Case[] = Object.values(CATALOGUE).flat();
