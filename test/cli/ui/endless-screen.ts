/** A terminal as tests need it: understands the few sequences that are written here, and never scrolls anything away. */

export class EndlessScreen {
  isCursorHidden = false;
  #rows: string[] = [""];
  #row = 0;
  #column = 0;
  #rest = "";

  get lines(): string[] {
    return this.#rows.map((row) => row.trimEnd());
  }

  get text(): string {
    return this.lines.join("\n");
  }

  write(text: string): void {
    let rest = this.#rest + text;
    this.#rest = "";
    while (rest !== "") {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a terminal is sent.
      const match = /^\x1b\[([?\d;]*)([A-Za-z])|^[\r\n]|^[^\x1b\r\n]+/.exec(rest);
      if (!match) {
        this.#rest = rest;
        return;
      }
      this.#do(match[0], match[1] ?? "", match[2]);
      rest = rest.slice(match[0].length);
    }
  }

  #do(text: string, parameters: string, letter: string | undefined): void {
    const row = this.#rows[this.#row] as string;
    if (text === "\r") this.#column = 0;
    else if (text === "\n") this.#rows[++this.#row] ??= "";
    else if (letter === undefined) {
      const before = row.padEnd(this.#column).slice(0, this.#column);
      this.#rows[this.#row] = before + text + row.slice(this.#column + text.length);
      this.#column += text.length;
    } else if (letter === "A") this.#row = Math.max(0, this.#row - Number(parameters));
    else if (letter === "B") this.#row += Number(parameters);
    else if (letter === "K") this.#rows[this.#row] = row.slice(0, this.#column);
    else if (letter === "J") this.#rows = [...this.#rows.slice(0, this.#row), row.slice(0, this.#column)];
    else if (parameters === "?25") this.isCursorHidden = letter === "l";
  }
}
