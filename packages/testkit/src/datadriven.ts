/**
 * Data-driven tests: files of directives, each with its input and its expected output, in the format of cockroachdb/datadriven. This
 * file owns parsing, comparing and rewriting; what a directive means is the caller's.
 *
 *     # comment
 *     command key key=value key=(a, b)
 *     input, any number of lines
 *     ----
 *     expected output, up to a blank line
 */
import { CodedError } from "@quorate/base";

/** One argument of a directive. `values` is empty for a bare key, and holds one empty text for `key=`. */
export type Arg = { readonly key: string; readonly values: readonly string[] };

/** One directive of a file. */
export type Directive = {
  readonly file: string;
  /** Line of the directive, counted from 1. */
  readonly line: number;
  readonly command: string;
  readonly args: readonly Arg[];
  readonly input: string;
  readonly expected: string;
};

/** A file that is not in the format, or an argument that is not what a command takes. */
export class DataDrivenError extends CodedError<{ readonly code: "Syntax"; readonly line: number }> {
  override readonly name = "DataDrivenError";
}

const SEPARATOR = "----";

/** All directives of a file. @throws DataDrivenError naming file and line. */
export function parseDataDriven(file: string, text: string): Directive[] {
  const lines = new Lines(file, text);
  const directives: Directive[] = [];
  for (let head = lines.nextDirective(); head !== undefined; head = lines.nextDirective()) {
    const { command, args } = parseDirectiveLine(head.text, (problem) => syntaxError(file, head.line, problem));
    if (command === "subtest") continue;
    const { input, isComplete } = lines.input();
    const expected = isComplete ? lines.expected() : "";
    directives.push({ file, line: head.line, command, args, input, expected });
  }
  return directives;
}

/** Runs every directive and returns the first difference, or undefined. */
export function runDataDriven(
  directives: readonly Directive[],
  handle: (d: Directive) => string,
): Difference | undefined {
  for (const directive of directives) {
    const actual = terminated(handle(directive));
    if (actual !== directive.expected) return { directive, actual };
  }
  return undefined;
}

/** A directive whose output is not the expected one. */
export type Difference = { readonly directive: Directive; readonly actual: string };

/** The text of a file with every expected output replaced by what `handle` produces. Comments and blank lines stay. */
export function rewriteDataDriven(file: string, text: string, handle: (d: Directive) => string): string {
  const directives = parseDataDriven(file, text);
  const lines = text.split("\n");
  let out = "";
  let at = 0;
  for (const directive of directives) {
    const separator = lines.indexOf(SEPARATOR, directive.line - 1);
    if (separator < 0) break;
    out += `${lines.slice(at, separator + 1).join("\n")}\n${formatExpected(terminated(handle(directive)))}`;
    at = endOfExpected(lines, separator + 1);
  }
  return out + lines.slice(at).join("\n");
}

/** The single value of an argument. @throws DataDrivenError. */
export function argValue(d: Directive, key: string): string | undefined {
  const arg = d.args.find((a) => a.key === key);
  if (arg === undefined) return undefined;
  const only = arg.values[0];
  if (only === undefined || arg.values.length !== 1) throw syntaxError(d.file, d.line, `${key} takes one value`);
  return only;
}

/** A whole number, base 10. @throws DataDrivenError. */
export function scanNumber(d: Directive, text: string): number {
  if (!/^\d+$/.test(text)) throw syntaxError(d.file, d.line, `"${text}" is not a number`);
  return Number(text);
}

/** An id, base 10. @throws DataDrivenError. */
export function scanId(d: Directive, text: string): bigint {
  if (!/^\d+$/.test(text)) throw syntaxError(d.file, d.line, `"${text}" is not an id`);
  return BigInt(text);
}

/** A boolean in any of Go's spellings. @throws DataDrivenError. */
export function scanBoolean(d: Directive, text: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw syntaxError(d.file, d.line, `"${text}" is not a boolean`);
}

/** The ids among the arguments: those without values. */
export function idArgs(d: Directive): bigint[] {
  return d.args.filter((arg) => arg.values.length === 0).map((arg) => scanId(d, arg.key));
}

/** @returns an error that names file and line. */
export function syntaxError(file: string, line: number, problem: string): DataDrivenError {
  return new DataDrivenError(`${file}:${line}: ${problem}`, { code: "Syntax", line });
}

function terminated(output: string): string {
  return output === "" || output.endsWith("\n") ? output : `${output}\n`;
}

/** The lines of a file and a position in them. */
class Lines {
  readonly #file: string;
  readonly #lines: readonly string[];
  #at = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
    if (lines[lines.length - 1] === "") lines.pop();
    this.#lines = lines;
  }

  /** The next directive line, continuations joined. */
  nextDirective(): { readonly line: number; readonly text: string } | undefined {
    for (; this.#at < this.#lines.length; this.#at++) {
      let text = this.#lines[this.#at]!.trim();
      if (text === "" || text.startsWith("#")) continue;
      const line = this.#at + 1;
      this.#at++;
      while (text.endsWith("\\")) text = `${text.slice(0, -1)} ${(this.#lines[this.#at++] ?? "").trim()}`;
      return { line, text };
    }
    return undefined;
  }

  input(): { readonly input: string; readonly isComplete: boolean } {
    const start = this.#at;
    while (this.#at < this.#lines.length && this.#lines[this.#at] !== SEPARATOR) this.#at++;
    const input = this.#lines.slice(start, this.#at).join("\n").trim();
    const isComplete = this.#at < this.#lines.length;
    this.#at++;
    return { input, isComplete };
  }

  expected(): string {
    if (this.#lines[this.#at] === SEPARATOR) return this.#expectedBetweenPairs();
    let text = "";
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]!;
      if (line.trim() === "") break;
      text += `${line}\n`;
    }
    return text;
  }

  /** The form that may hold blank lines: between two pairs of separators. */
  #expectedBetweenPairs(): string {
    this.#at++;
    let text = "";
    for (; ; this.#at++) {
      const line = this.#lines[this.#at];
      if (line === undefined) throw syntaxError(this.#file, this.#at, "expected output is not closed");
      if (line === SEPARATOR && this.#lines[this.#at + 1] === SEPARATOR) break;
      text += `${line}\n`;
    }
    this.#at += 2;
    const after = this.#lines[this.#at];
    if (after !== undefined && after !== "") throw syntaxError(this.#file, this.#at + 1, "a blank line must follow");
    return text;
  }
}

type Fail = (problem: string) => DataDrivenError;

/** Splits `command arg key=value key=(a, b)`. */
export function parseDirectiveLine(
  text: string,
  fail: Fail,
): { readonly command: string; readonly args: readonly Arg[] } {
  const space = text.indexOf(" ");
  if (space < 0) return { command: text, args: [] };
  const args: Arg[] = [];
  for (let rest = text.slice(space).trimStart(); rest !== ""; ) {
    const end = rest.search(/[ =]/);
    const key = end < 0 ? rest : rest.slice(0, end);
    if (key === "") throw fail("an argument without a key");
    rest = rest.slice(key.length);
    if (!rest.startsWith("=")) {
      args.push({ key, values: [] });
    } else {
      const value = rest.startsWith("=(") ? parseList(rest.slice(2), fail) : parseWord(rest.slice(1));
      args.push({ key, values: value.values });
      rest = value.rest;
    }
    rest = rest.trimStart();
  }
  return { command: text.slice(0, space), args };
}

type Parsed = { readonly values: readonly string[]; readonly rest: string };

function parseWord(text: string): Parsed {
  const end = text.indexOf(" ");
  return end < 0 ? { values: [text], rest: "" } : { values: [text.slice(0, end)], rest: text.slice(end) };
}

/** `a, b, (c, d))` up to the closing parenthesis at depth 1. Spaces after a comma are dropped, nothing else is. */
function parseList(text: string, fail: Fail): Parsed {
  const values: string[] = [];
  let depth = 1;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "(") depth++;
    if (char === ")" && --depth === 0) return { values: [...values, text.slice(start, i)], rest: text.slice(i + 1) };
    if (char === "," && depth === 1) {
      values.push(text.slice(start, i));
      while (text[i + 1] === " ") i++;
      start = i + 1;
    }
  }
  throw fail("unbalanced parentheses");
}

function formatExpected(output: string): string {
  const hasBlankLine = /(^|\n)[ \t]*\n/.test(output);
  return hasBlankLine ? `${SEPARATOR}\n${output}${SEPARATOR}\n${SEPARATOR}\n` : output;
}

function endOfExpected(lines: readonly string[], start: number): number {
  let at = start;
  if (lines[at] === SEPARATOR) {
    at++;
    while (at < lines.length && !(lines[at] === SEPARATOR && lines[at + 1] === SEPARATOR)) at++;
    return at + 2;
  }
  while (at < lines.length && lines[at]?.trim() !== "") at++;
  return at;
}
