/**
 * Log lines with fields, in the shape that etcd's tooling reads: level, time, logger, caller, message, then the fields in the order
 * given. Formatting only; where lines go is the sink's business (node-log.ts).
 */
import type { Logger } from "@quorate/base";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "panic", "fatal"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * What a field may hold. Ids are hex texts already, as etcd prints them; a bigint prints as a decimal number; errors print their
 * message; a field that is undefined is left out.
 */
export type LogValue = string | number | bigint | boolean | undefined | Error | readonly LogValue[] | LogFields;
export type LogFields = { readonly [name: string]: LogValue };

export type LogFormat = "json" | "console";

export type LogOptions = {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** stderr, stdout, or paths of files. */
  readonly outputs: readonly string[];
};

/** A logger with fields, a drop-in for the plain one. Nothing here throws; panic and fatal lines do not end the process by themselves. */
export interface StructuredLogger extends Logger {
  debug(line: string, fields?: LogFields): void;
  info(line: string, fields?: LogFields): void;
  warn(line: string, fields?: LogFields): void;
  error(line: string, fields?: LogFields): void;
  panic(line: string, fields?: LogFields): void;
  /** Written before this returns: the process may end at once. */
  fatal(line: string, fields?: LogFields): void;
  /** False where a line of this level would be dropped: ask before computing costly fields. */
  enabled(level: LogLevel): boolean;
  /** The same log with another "caller", the file that speaks. */
  from(caller: string): StructuredLogger;
  /** The same log with a "logger" of this name, as etcd names raft's lines. */
  named(name: string): StructuredLogger;
}

/** Where lines go. */
export type LogSink = {
  /** Takes a finished line with its newline. Must not throw. `urgent`: out before it returns. */
  readonly write: (line: string, urgent: boolean) => void;
};

export type LoggerDeps = { readonly sink: LogSink; readonly wallMs: () => number };

/** Who speaks. */
type Speaker = { readonly caller: string; readonly logger: string };

export function createLogger(options: Pick<LogOptions, "level" | "format">, deps: LoggerDeps): StructuredLogger {
  return speakingAs({ caller: "server", logger: "" }, options, deps);
}

function speakingAs(
  speaker: Speaker,
  options: Pick<LogOptions, "level" | "format">,
  deps: LoggerDeps,
): StructuredLogger {
  const floor = LOG_LEVELS.indexOf(options.level);
  const format = options.format === "json" ? formatJson : formatConsole;
  const enabled = (level: LogLevel): boolean => LOG_LEVELS.indexOf(level) >= floor;
  const at =
    (level: LogLevel, urgent: boolean) =>
    (line: string, fields?: LogFields): void => {
      if (!enabled(level)) return;
      deps.sink.write(`${format({ level, ms: deps.wallMs(), speaker, line, fields })}\n`, urgent);
    };
  return {
    debug: at("debug", false),
    info: at("info", false),
    warn: at("warn", false),
    error: at("error", true),
    panic: at("panic", true),
    fatal: at("fatal", true),
    enabled,
    from: (caller) => speakingAs({ ...speaker, caller }, options, deps),
    named: (name) =>
      speakingAs({ ...speaker, logger: speaker.logger === "" ? name : `${speaker.logger}.${name}` }, options, deps),
  };
}

type LogEntry = {
  readonly level: LogLevel;
  readonly ms: number;
  readonly speaker: Speaker;
  readonly line: string;
  readonly fields: LogFields | undefined;
};

function formatJson({ level, ms, speaker, line, fields }: LogEntry): string {
  const name = speaker.logger === "" ? "" : `,"logger":${JSON.stringify(speaker.logger)}`;
  const head = `{"level":"${level}","ts":"${formatTime(ms)}"${name},"caller":${JSON.stringify(speaker.caller)}`;
  return `${head},"msg":${JSON.stringify(line)}${members(fields, ",", ":")}}`;
}

/** zap's console form: tab separated, the fields as one JSON object with spaces. */
function formatConsole({ level, ms, speaker, line, fields }: LogEntry): string {
  const name = speaker.logger === "" ? "" : `${speaker.logger}\t`;
  const rest = members(fields, ", ", ": ").replace(/^, /, "");
  const plain = line.replaceAll("\n", "\\n");
  return `${formatTime(ms)}\t${level}\t${name}${speaker.caller}\t${plain}${rest === "" ? "" : `\t{${rest}}`}`;
}

/** Go's layout 2006-01-02T15:04:05.000000Z0700, in UTC; a clock of milliseconds leaves the last three digits 0. */
function formatTime(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.floor((ms - whole) * 1_000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}

/** The fields as members of an object, each with a separator in front. */
function members(fields: LogFields | undefined, separator: string, colon: string): string {
  if (fields === undefined) return "";
  let text = "";
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) text += `${separator}${JSON.stringify(name)}${colon}${valueText(value, 0)}`;
  }
  return text;
}

/** Deeper values are cut off: a field is something to read, and must not run in circles. */
const MAX_DEPTH = 8;

function valueText(value: LogValue, depth: number): string {
  if (depth > MAX_DEPTH) return '"..."';
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      // JSON has no NaN and no Infinity; zap writes them as texts.
      return Number.isFinite(value) ? `${value}` : JSON.stringify(`${value}`);
    case "bigint":
    case "boolean":
      return `${value}`;
    case "object":
      return objectText(value, depth);
    default:
      return "null";
  }
}

function objectText(value: Error | readonly LogValue[] | LogFields, depth: number): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  if (isList(value)) return `[${value.map((one) => valueText(one, depth + 1)).join(",")}]`;
  const parts: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) parts.push(`${JSON.stringify(name)}:${valueText(member, depth + 1)}`);
  }
  return `{${parts.join(",")}}`;
}

function isList(value: readonly LogValue[] | LogFields): value is readonly LogValue[] {
  return Array.isArray(value);
}
