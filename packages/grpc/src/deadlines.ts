/**
 * Deadlines of many calls on one coarse timer. Calls hang in a wheel of slots by the time that they are due; setting and taking one off is
 * a few assignments, because nearly every call ends before its deadline. Late by at most a slot.
 */
import { assert } from "@quorate/base";

/** Milliseconds of a slot. */
export const SLOT_MS = 8;
const SLOTS = 512;

/** What hangs in the wheel; the wheel alone writes the links. */
export type Deadline = {
  /** When it is due, in monotonic milliseconds. */
  dueAtMs: number;
  readonly onDue: () => void;
  next: Deadline | undefined;
  previous: Deadline | undefined;
  slot: number;
};

export function newDeadline(dueAtMs: number, onDue: () => void): Deadline {
  return { dueAtMs, onDue, next: undefined, previous: undefined, slot: -1 };
}

export class Deadlines {
  readonly #heads: (Deadline | undefined)[] = new Array(SLOTS).fill(undefined);
  #count = 0;
  /** The slot up to which everything due was told. */
  #tick: number;

  constructor(nowMs: number) {
    this.#tick = Math.floor(nowMs / SLOT_MS);
  }

  /** Deadlines that hang in the wheel; the host's timer runs while there are any. */
  get count(): number {
    return this.#count;
  }

  add(deadline: Deadline): void {
    assert(deadline.slot < 0, "a deadline hangs in one place");
    const tick = Math.max(Math.ceil(deadline.dueAtMs / SLOT_MS), this.#tick + 1);
    const slot = tick % SLOTS;
    const head = this.#heads[slot];
    deadline.slot = slot;
    deadline.next = head;
    if (head !== undefined) head.previous = deadline;
    this.#heads[slot] = deadline;
    this.#count++;
  }

  /** Takes a deadline off; nothing happens when it does not hang in the wheel. */
  remove(deadline: Deadline): void {
    if (deadline.slot < 0) return;
    const { next, previous, slot } = deadline;
    if (previous === undefined) this.#heads[slot] = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    deadline.next = undefined;
    deadline.previous = undefined;
    deadline.slot = -1;
    this.#count--;
  }

  /** Tells every deadline that is due by now, each once. */
  advance(nowMs: number): void {
    const target = Math.floor(nowMs / SLOT_MS);
    const steps = Math.min(target - this.#tick, SLOTS);
    const due: Deadline[] = [];
    for (let i = 0; i < steps; i++) {
      const slot = (target - i) % SLOTS;
      for (let at = this.#heads[slot]; at !== undefined; at = at.next) if (at.dueAtMs <= nowMs) due.push(at);
    }
    this.#tick = Math.max(this.#tick, target);
    for (const deadline of due) {
      if (deadline.slot < 0) continue;
      this.remove(deadline);
      deadline.onDue();
    }
  }
}
