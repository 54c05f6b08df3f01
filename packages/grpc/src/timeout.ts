/** The grpc-timeout field: at most eight digits and a unit. */

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const MAX_DIGITS_VALUE = 99_999_999;

/** Milliseconds, with a fraction; undefined when `text` is no timeout. */
export function parseTimeout(text: string): number | undefined {
  const [, digits, unit] = TIMEOUT.exec(text) ?? [];
  return digits === undefined || unit === undefined ? undefined : Number(digits) * UNIT_MS[unit]!;
}

/** The shortest exact form for whole milliseconds, rounded up: a server must not give up before the client does. */
export function formatTimeout(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms));
  if (whole % 1000 === 0 && whole / 1000 <= MAX_DIGITS_VALUE) return `${whole / 1000}S`;
  if (whole <= MAX_DIGITS_VALUE) return `${whole}m`;
  const seconds = Math.ceil(whole / 1000);
  return seconds <= MAX_DIGITS_VALUE ? `${seconds}S` : `${MAX_DIGITS_VALUE}H`;
}
