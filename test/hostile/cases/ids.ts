/** Ids and numbers that want to be paths, markup or commands: on the wire they stay what they are, and name nothing outside. */
import { readdirSync } from "node:fs";
import { Phone } from "../../e2e/phone.js";
import { readSaved } from "../../e2e/sound.js";
import type { Case, Outcome } from "../case.js";

/** A call with this id, whose recording is then called `…Z-NAME`. */
function named(shown: string, callId: string, name: string): Case {
  return {
    peer: "PBX",
    does: `names its call ${shown}`,
    outcome: {
      ended: "caller-hung-up",
      also: `it is saved as \`…-${name.length > 20 ? `${name.slice(0, 8)}…` : name}\`, with the id as it is`,
    },
    async play(stage) {
      const phone = await Phone.call(stage.url, { callId });
      await phone.echoed();
      await phone.hangUp();
      const { folder } = await stage.server.first("recorded", callId);
      const base = `${stage.root}/calls/`;
      const saved = String(folder);
      if (
        !saved.startsWith(base) ||
        !new RegExp(`^\\d{8}T\\d{6}\\.\\d{3}Z-${name.replaceAll(".", "\\.")}(-\\d+)?$`).test(
          saved.slice(base.length),
        )
      )
        throw new Error(`saved as ${saved}`);
      const { call } = await readSaved(saved);
      if (call.callId !== callId) throw new Error("the id was changed");
      if (readdirSync(stage.root).join() !== "calls") throw new Error("something was written outside");
      const { reason } = await stage.ended(callId);
      return { ended: reason as Outcome["ended"] };
    },
  };
}

/** A call whose `start` has these fields: it is a call like any other. */
function withFields(does: string, fields: Record<string, unknown>): Case {
  return {
    peer: "PBX",
    does,
    outcome: { ended: "caller-hung-up", also: "the call goes on; what is shown of it prints as plain text" },
    async play(stage) {
      const phone = await Phone.call(stage.url, fields);
      await phone.echoed();
      await phone.hangUp();
      const { reason } = await stage.ended(phone.callId);
      const shown = stage.server.documents.filter(({ callId }) => callId === phone.callId);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
      if (/[\u0000-\u001f\u202e\u2066]/.test(Object.values(shown[0]!).join("")))
        throw new Error("it was shown as it came");
      return { ended: reason as Outcome["ended"] };
    },
  };
}

const tricks = "\u001b]0;owned\u0007\u202e../../\r\n<script>alert(1)</script>";

export const ids: readonly Case[] = [
  named("`../../x`", "../../x", "_.._x"),
  named("`/etc/passwd`", "/etc/passwd", "_etc_passwd"),
  named("`..`", "..", "call"),
  named("`C:\\\\x|y`", "C:\\x|y", "C__x_y"),
  named("`$(reboot)` and a quote", "$(reboot)'\"", "__reboot___"),
  named("in Japanese", "こんにちは", "_____"),
  named("`__proto__`", "__proto__", "__proto__"),
  named("in 256 letters", "a".repeat(256), "a".repeat(64)),
  withFields("has numbers made of escape sequences, markup and right-to-left marks", {
    callerIdNumber: tricks,
    calleeIdNumber: tricks,
  }),
  withFields("has lists, objects and booleans for numbers", {
    callerIdNumber: [1],
    calleeIdNumber: { a: 1 },
    otherLegCallId: true,
  }),
  withFields("has numbers of 100 KB", {
    callerIdNumber: "1".repeat(100_000),
    calleeIdNumber: "2".repeat(100_000),
  }),
  withFields(
    "adds a thousand fields of its own to its start",
    Object.fromEntries(Array.from({ length: 1000 }, (_, k) => [`x${k}`, k])),
  ),
  {
    peer: "PBX",
    does: "holds two calls of the same id at once",
    outcome: { ended: "caller-hung-up", also: "they are two calls, and two recordings" },
    async play(stage) {
      const callId = `twice-${process.pid}`;
      const phones = await Promise.all([0, 1].map(() => Phone.call(stage.url, { callId })));
      await Promise.all(phones.map((phone) => phone.echoed()));
      await Promise.all(phones.map((phone) => phone.hangUp()));
      const both = () => stage.server.all("recorded").filter((saved) => saved.callId === callId);
      await stage.server.until(() => both().length >= 2, "two recordings");
      if (new Set(both().map(({ folder }) => folder)).size < 2)
        throw new Error("one recording for two calls");
      return { ended: (await stage.ended(callId)).reason as Outcome["ended"] };
    },
  },
];
