/** Log lines on standard error, one a line, with time, level and member. Debug lines only with QUORATE_DEBUG set. */
import type { Logger } from "@quorate/base";

/** A logger whose lines carry `who`. */
export function createStderrLogger(who: string, debug: boolean = process.env["QUORATE_DEBUG"] !== undefined): Logger {
  const write = (level: string, line: string): void => {
    process.stderr.write(`${new Date().toISOString()} ${level} ${who}: ${line}\n`);
  };
  return {
    debug: (line) => {
      if (debug) write("DEBUG", line);
    },
    info: (line) => write("INFO", line),
    warn: (line) => write("WARN", line),
    error: (line) => write("ERROR", line),
  };
}
