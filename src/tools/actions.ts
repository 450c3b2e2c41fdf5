/** The tools that act on the call itself, as a model is offered them, and how their arguments become an order. */
import type { ToolSpec } from "../agents/tools.js";
import { HANG_UP_SPEC } from "../agents/tools.js";
import type { ToolArguments } from "../call/leg.js";
import type { ToolsConfig } from "./config.js";
import { ToolFailure } from "./failure.js";

/** Longer than any number, code or card number that a machine asks for. */
export const MAX_DIGITS = 32;

type Transfer = NonNullable<ToolsConfig["transferCall"]>;

export function hangUpSpec({ description }: { readonly description?: string } = {}): ToolSpec {
  return description === undefined ? HANG_UP_SPEC : { ...HANG_UP_SPEC, description };
}

export function transferSpec({ description, destinations }: Transfer): ToolSpec {
  const described = [...destinations].flatMap(([name, destination]) =>
    destination.description === undefined ? [] : [`${name}: ${destination.description}`],
  );
  return {
    name: "transfer_call",
    description:
      description ??
      "Transfers the phone call to someone else, after the caller has heard what you said. Say first what you will do.",
    parameters: {
      type: "object",
      properties: {
        destination: {
          type: "string",
          enum: [...destinations.keys()],
          description: ["Whom to transfer the call to.", ...described].join(" "),
        },
      },
      required: ["destination"],
    },
  };
}

/** @throws ToolFailure for anything but a name of the list: a model never chooses a number. */
export function transferFields(args: ToolArguments, { destinations }: Transfer): Record<string, string> {
  const name = typeof args.destination === "string" ? args.destination : "";
  const destination = destinations.get(name);
  if (destination) return { destination: name, number: destination.number };
  throw new ToolFailure(`destination must be one of: ${[...destinations.keys()].join(", ")}`);
}

export function dtmfSpec({ description }: { readonly description?: string }): ToolSpec {
  return {
    name: "send_dtmf",
    description: description ?? "Presses keys of the telephone, for example to choose from a menu.",
    parameters: {
      type: "object",
      properties: {
        digits: {
          type: "string",
          description: `The keys, one after the other: 0-9 * # A-D, at most ${MAX_DIGITS}.`,
        },
      },
      required: ["digits"],
    },
  };
}

/** @throws ToolFailure that does not repeat the digits: they can be a PIN. */
export function dtmfFields({ digits }: ToolArguments): Record<string, string> {
  const keys = (typeof digits === "number" ? String(digits) : typeof digits === "string" ? digits : "")
    .replace(/[\s-]/g, "")
    .toUpperCase();
  if (/^[0-9*#A-D]+$/.test(keys) && keys.length <= MAX_DIGITS) return { digits: keys };
  throw new ToolFailure(`digits must be 1 to ${MAX_DIGITS} of 0-9 * # A-D`);
}
