/**
 * The output of an interaction script: what directives write and what raft logs, filtered by a level that scripts may change.
 * At level NONE it swallows everything.
 */
import type { Logger } from "@quorate/base";

const LEVELS: readonly string[] = ["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE"];

export class InteractionOutput implements Logger {
  #text = "";
  #level = 0;

  get text(): string {
    return this.#text;
  }

  get isSilent(): boolean {
    return LEVELS[this.#level] === "NONE";
  }

  get level(): string {
    return LEVELS[this.#level] as string;
  }

  /** Sets the level; the error text if there is no such level. */
  setLevel(name: string): string | undefined {
    const level = LEVELS.indexOf(name.toUpperCase());
    if (level < 0) return `log levels must be either of [${LEVELS.join(" ")}]`;
    this.#level = level;
    return undefined;
  }

  clear(): void {
    this.#text = "";
  }

  write(text: string): void {
    if (!this.isSilent) this.#text += text;
  }

  /** Runs `body` and puts two spaces before every line that it writes. */
  indented(body: () => void): void {
    const outer = this.#text;
    this.#text = "";
    try {
      body();
    } finally {
      const inner = this.#text;
      this.#text = outer;
      if (inner !== "") {
        const lines = (inner.endsWith("\n") ? inner.slice(0, -1) : inner).split("\n");
        for (const line of lines) this.write(`  ${line}\n`);
      }
    }
  }

  debug(line: string): void {
    this.#log(0, line);
  }

  info(line: string): void {
    this.#log(1, line);
  }

  warn(line: string): void {
    this.#log(2, line);
  }

  error(line: string): void {
    this.#log(3, line);
  }

  #log(level: number, line: string): void {
    if (this.#level <= level) this.write(`${LEVELS[level]} ${line}\n`);
  }
}
