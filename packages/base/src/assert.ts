/**
 * Assertions, always on. A broken invariant is a bug in this program, never a fault of its input: it throws
 * `InvariantViolation`, which no one may catch to carry on. The process that owns the state machine stops.
 */

/** Thrown when an invariant of the program does not hold. Its message names the invariant. */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

/** Stops with `message` unless `condition` holds. Build costly messages with `fail` behind an `if`. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** Stops with `message`: the branch that calls it must never be reached in a correct program. */
export function fail(message: string): never {
  throw new InvariantViolation(message);
}

/** Closes an exhaustive `switch`; the compiler proves that `value` has no case left. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable case: ${String(value)}`);
}
