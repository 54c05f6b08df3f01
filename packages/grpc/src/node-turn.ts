/**
 * What the connections of a process share: one flush at the end of each turn of the event loop, the pool of output buffers, and the wheel of
 * deadlines. Every connection that has something to say is written once a turn, in one piece.
 */
import { Deadlines, SLOT_MS } from "./deadlines.ts";
import { BufferPool } from "./http2/output.ts";

/** What is flushed: at most once a turn for all its calls of `schedule`. */
export interface Flushable {
  flush(): void;
}

export class Turn {
  readonly pool: BufferPool = new BufferPool();
  readonly deadlines: Deadlines = new Deadlines(performance.now());
  #dirty: Flushable[] = [];
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;

  /** Monotonic milliseconds. */
  readonly now = (): number => performance.now();

  /** Flushes `link` at the end of this turn. The caller asks once until it was flushed. */
  schedule(link: Flushable): void {
    this.#dirty.push(link);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // After the turn's reads: all that they led to leaves together.
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /**
   * Flushes now what the turn has to say so far, for a host that has just answered many calls at the turn's end: they need not wait for
   * another turn.
   */
  flush(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (let i = 0; i < dirty.length; i++) dirty[i]!.flush();
    this.#arm();
  }

  /** A timer runs while there are deadlines. */
  #arm(): void {
    if (this.deadlines.count === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.deadlines.advance(this.now());
      this.#arm();
    }, SLOT_MS).unref();
  }
}
