/**
 * Log lines to standard error, standard output and files. Lines of one turn leave in one write; an urgent line takes all before it
 * along at once. Writing never throws. It does not wait on the reader of a pipe for long either: a full pipe keeps a bounded backlog,
 * and what does not fit is counted and told when there is room again. (Behind a terminal, or a socket, it waits, as etcd does.)
 */

import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { CodedError, messageOf } from "@quorate/base";
import { createLogger, type LogOptions, type LogSink, type StructuredLogger } from "./logger.ts";

/** Bytes that wait for a reader; lines beyond are dropped. */
const MAX_BACKLOG_BYTES = 1024 * 1024;
/** A turn that logs more than this is written before it ends. */
const FLUSH_BYTES = 64 * 1024;
/** How long an urgent line waits for room, and between two tries. */
const URGENT_WAIT_MS = 500;
const URGENT_RETRY_MS = 10;
/** How long a full pipe is left alone. */
const RETRY_MS = 50;

export type NodeLog = {
  readonly logger: StructuredLogger;
  /** Writes what waits, as far as the readers take it. Call it before the process ends. */
  readonly flush: () => void;
  /** Flushes and closes the files. */
  readonly close: () => void;
};

export type LogOpenError = { readonly code: "LogOpenFailed"; readonly path: string };

/** Opens every output. Throws `LogOpenFailed` where a file cannot be opened. */
export function openLog(options: LogOptions): NodeLog {
  const outputs: LogOutput[] = [];
  for (const target of options.outputs) {
    try {
      outputs.push(new LogOutput(target));
    } catch (error) {
      for (const output of outputs) output.close();
      throw new CodedError<LogOpenError>(
        `the log ${target} cannot be opened: ${messageOf(error)}`,
        { code: "LogOpenFailed", path: target },
        error,
      );
    }
  }
  const flush = (): void => {
    for (const output of outputs) output.flush(URGENT_WAIT_MS);
  };
  const sink: LogSink = {
    write: (line, urgent) => {
      for (const output of outputs) output.write(line, urgent);
    },
  };
  process.on("exit", flush);
  return {
    logger: createLogger(options, { sink, wallMs: Date.now }),
    flush,
    close: () => {
      process.off("exit", flush);
      for (const output of outputs) output.close();
    },
  };
}

/** One file descriptor and what waits for it. Invariant: #pendingBytes is the length of #pending in bytes, roughly (one per character). */
class LogOutput {
  readonly #fd: number;
  readonly #owned: boolean;
  #pending: string[] = [];
  #pendingBytes = 0;
  /** The rest of a write that was cut short; goes out before #pending. */
  #rest: Buffer | undefined;
  #dropped = 0;
  #scheduled = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(target: string) {
    const standard = target === "stderr" ? 2 : target === "stdout" ? 1 : undefined;
    const own = standard === undefined ? openFile(target) : reopenPipe(standard);
    this.#fd = own ?? standard ?? 2;
    this.#owned = own !== undefined;
  }

  write(line: string, urgent: boolean): void {
    if (this.#closed) return;
    if (this.#pendingBytes + (this.#rest?.length ?? 0) > MAX_BACKLOG_BYTES) {
      this.#dropped++;
      if (urgent) this.flush(URGENT_WAIT_MS);
      return;
    }
    this.#pending.push(line);
    this.#pendingBytes += line.length;
    if (urgent) this.flush(URGENT_WAIT_MS);
    else if (this.#pendingBytes > FLUSH_BYTES) this.flush(0);
    else this.#schedule();
  }

  /** Writes what waits. Where the reader takes nothing, tries again for `waitMs` and then leaves the rest to a timer. */
  flush(waitMs: number): void {
    for (let waited = 0; !this.#closed && !this.#writeAll(); waited += URGENT_RETRY_MS) {
      if (waited >= waitMs) {
        this.#retryLater();
        return;
      }
      pause(URGENT_RETRY_MS);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush(URGENT_WAIT_MS);
    this.#closed = true;
    clearTimeout(this.#retry);
    if (this.#owned) closeSync(this.#fd);
  }

  #schedule(): void {
    if (this.#scheduled || this.#retry !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush(0);
    });
  }

  #retryLater(): void {
    if (this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.flush(0);
    }, RETRY_MS);
    this.#retry.unref();
  }

  /** True when nothing waits any more. */
  #writeAll(): boolean {
    while (this.#rest !== undefined || this.#pending.length > 0) {
      const bytes = this.#rest ?? this.#takePending();
      try {
        const written = writeSync(this.#fd, bytes);
        this.#rest = written < bytes.length ? bytes.subarray(written) : undefined;
      } catch (error) {
        if (isCode(error, "EAGAIN")) {
          this.#rest = bytes;
          return false;
        }
        // A full disk or a closed pipe: a log that cannot be written must not stop the member.
        this.#rest = undefined;
        this.#dropped++;
      }
    }
    return true;
  }

  #takePending(): Buffer {
    const lines = this.#pending;
    if (this.#dropped > 0) lines.push(`${this.#dropped} log lines were dropped: the log could not be written\n`);
    this.#dropped = 0;
    this.#pending = [];
    this.#pendingBytes = 0;
    return Buffer.from(lines.join(""), "utf8");
  }
}

function openFile(path: string): number {
  return openSync(path, "a", 0o600);
}

/**
 * A pipe behind a standard stream is opened once more, without blocking: the flag belongs to the new description alone, not to
 * others who hold the pipe. Undefined where it is no pipe, or may not be opened; then writes wait for the reader, as everywhere.
 */
function reopenPipe(fd: number): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}
