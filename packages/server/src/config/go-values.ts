/**
 * Values as Go's flag package writes them, because unit files and scripts are full of them: booleans, whole numbers with a base,
 * durations. Only text to value and back; which flag takes what stands in the table.
 */

/** A value, or what Go's flag package says is wrong with its text. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

export const PARSE_ERROR = "parse error";
export const OUT_OF_RANGE = "value out of range";

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);

export function parseGoBool(text: string): Parsed<boolean> {
  const value = BOOLEANS.get(text);
  return value === undefined ? { problem: PARSE_ERROR } : { value };
}

/** A whole number: decimal, 0x, 0o, 0b or a leading 0 for octal, underscores between digits. */
export function parseGoInt(text: string, bounds: { readonly min: number; readonly max: number }): Parsed<number> {
  const match = /^([+-]?)(0[xX]|0[oO]|0[bB]|0(?=[0-7_]))?([0-9a-fA-F](?:_?[0-9a-fA-F])*|_[0-7](?:_?[0-7])*)$/.exec(
    text,
  );
  const digits = match?.[3];
  if (digits === undefined) return { problem: PARSE_ERROR };
  const [, sign, prefix = ""] = match ?? [];
  if (sign !== "" && bounds.min === 0) return { problem: PARSE_ERROR };
  // Go takes underscores only where the base is spelled out, and a leading 0 is octal.
  if (prefix === "" && /_|^0\d/.test(digits)) return { problem: PARSE_ERROR };
  const plain = digits.replaceAll("_", "");
  const base = BASES.get(prefix.toLowerCase()) ?? 10;
  if (!DIGITS_OF[base]?.test(plain)) return { problem: PARSE_ERROR };
  const value = base === 10 ? Number(plain) : Number(`0${base === 8 ? "o" : prefix[1]}${plain}`);
  const signed = sign === "-" ? 0 - value : value;
  return signed < bounds.min || signed > bounds.max ? { problem: OUT_OF_RANGE } : { value: signed };
}

const BASES: ReadonlyMap<string, number> = new Map([
  ["0x", 16],
  ["0o", 8],
  ["0b", 2],
  ["0", 8],
]);

const DIGITS_OF: Readonly<Record<number, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^\d+$/,
  16: /^[\da-f]+$/i,
};

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Largest duration that Go can hold, 2^63 - 1 nanoseconds, in ms. */
const MAX_DURATION_MS = 9_223_372_036_854.775;

/** A duration such as "1m30s" or "2.5h", in milliseconds. */
export function parseGoDuration(text: string): Parsed<number> {
  const sign = text.startsWith("-") ? -1 : 1;
  const body = text.replace(/^[+-]/, "");
  if (body === "0") return { value: 0 };
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(body)) return { problem: PARSE_ERROR };
  let ms = 0;
  for (const [, amount, unit] of body.matchAll(/([\d.]+)([^\d.]+)/g)) ms += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return ms > MAX_DURATION_MS ? { problem: PARSE_ERROR } : { value: sign * ms };
}

/** A duration as Go prints it: 100ms, 5s, 1m0s, 2h0m0s. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 0) return `-${formatGoDuration(-ms)}`;
  if (ms < 0.001) return `${Math.round(ms * 1e6)}ns`;
  if (ms < 1) return `${trim(ms * 1e3)}\u00b5s`;
  if (ms < 1_000) return `${trim(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = trim((ms - minutes * 60_000) / 1_000);
  if (minutes === 0) return `${seconds}s`;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes - hours * 60}m${seconds}s`;
}

/** At most nine digits behind the point, none of them a trailing zero. */
function trim(value: number): string {
  return `${Number(value.toFixed(9))}`;
}

/** `text` in double quotes as Go's %q prints it, for ordinary text. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
