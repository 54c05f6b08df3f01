/**
 * An unbuffered channel between two parts of this service: sending is handing over to the one receiver, at once. In one thread
 * that is a call; the class keeps the two sides from knowing each other, as Go's channels do in etcd's example.
 */
import { assert } from "@quorate/base";

export class Channel<T> {
  readonly #name: string;
  #receiver: ((item: T) => void) | undefined;
  #closed = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** Sets the receiver; there is exactly one. */
  receive(receiver: (item: T) => void): void {
    assert(this.#receiver === undefined, `${this.#name} has one receiver`);
    this.#receiver = receiver;
  }

  /** Hands `item` over; false once the channel is closed. */
  send(item: T): boolean {
    if (this.#closed) return false;
    assert(this.#receiver !== undefined, `${this.#name} has a receiver before it is used`);
    this.#receiver(item);
    return true;
  }

  close(): void {
    this.#closed = true;
  }
}
