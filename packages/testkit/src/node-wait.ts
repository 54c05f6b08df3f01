/**
 * Waiting for what real sockets and processes do: a condition with a deadline. Nothing here waits for a fixed time, so a test is as fast as
 * what it waits for, and one that waits in vain says for what.
 */

const LOOK_AGAIN_MS = 2;
const DEADLINE_MS = 10_000;

/** Resolves once `condition` holds. @param what is waited for; the message of the failure. */
export async function until(
  condition: () => boolean,
  what: string | (() => string),
  deadlineMs: number = DEADLINE_MS,
): Promise<void> {
  const endAt = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > endAt)
      throw new Error(`waited ${deadlineMs} ms in vain for ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Collects the warnings of this process, such as "possible EventEmitter memory leak": a leak counts as a failure. */
export function collectWarnings(): { readonly warnings: readonly string[]; readonly stop: () => void } {
  const warnings: string[] = [];
  const listener = (warning: Error): void => void warnings.push(`${warning.name}: ${warning.message}`);
  process.on("warning", listener);
  return { warnings, stop: () => process.off("warning", listener) };
}
