/** Questions to whoever sits at the terminal. What asks them is loaded with the first one. */
import { Interrupted } from "./interrupted.js";

export interface Choice<T> {
  readonly value: T;
  readonly name: string;
  /** Shown while it is the one that is pointed at. */
  readonly description?: string;
}

export interface Questions {
  choose<T>(message: string, choices: readonly Choice<T>[], first: T): Promise<T>;
  /** @param check says what is wrong with an answer, or nothing. */
  write(
    message: string,
    standard: string,
    check: (text: string) => Promise<string | undefined>,
  ): Promise<string>;
  confirm(message: string, standard: boolean): Promise<boolean>;
}

/** @throws Interrupted after ^C, from each of them */
export const terminalQuestions: Questions = {
  async choose(message, choices, first) {
    const { select } = await import("@inquirer/prompts");
    return ended(select({ message, choices: [...choices], default: first, pageSize: 9, loop: false }));
  },
  async write(message, standard, check) {
    const { input } = await import("@inquirer/prompts");
    const validate = async (text: string) => (await check(text.trim())) ?? true;
    const answer = await ended(input({ message, ...(standard && { default: standard }), validate }));
    return answer.trim();
  },
  async confirm(message, standard) {
    const { confirm } = await import("@inquirer/prompts");
    return ended(confirm({ message, default: standard }));
  },
};

async function ended<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") throw new Interrupted("SIGINT");
    throw error;
  }
}
