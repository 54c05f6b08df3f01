/** The network between simulated members: bytes on their way, late, lost, twice, out of order, or cut off. */
import type { MemoryBackend, Prng } from "@quorate/base";

export type NetworkOptions = { readonly maxDelayMs: number; readonly loss: number; readonly duplicate: number };

export type Packet = {
  readonly from: bigint;
  readonly to: bigint;
  readonly bytes: Uint8Array;
  /** A snapshot travels with the image of a backend. */
  readonly image: MemoryBackend | undefined;
};

/** Bound on what is on its way: the oldest is lost. */
const MAX_PACKETS = 5_000;

export class SimulatedNetwork {
  /** No packet is lost or cut off any more. */
  isHealed = false;
  readonly #random: Prng;
  readonly #options: NetworkOptions;
  /** Directed pairs `from>to` over which nothing gets through. */
  readonly #cuts = new Set<string>();
  #packets: { readonly packet: Packet; readonly dueMs: number }[] = [];

  constructor(random: Prng, options: NetworkOptions) {
    this.#random = random;
    this.#options = options;
  }

  send(packet: Packet, nowMs: number): void {
    const { maxDelayMs, duplicate } = this.#options;
    const copies = !this.isHealed && this.#random.chance(duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) this.#packets.push({ packet, dueMs: nowMs + 1 + this.#random.below(maxDelayMs) });
    if (this.#packets.length > MAX_PACKETS) this.#packets.splice(0, this.#packets.length - MAX_PACKETS);
  }

  /** Hands over what arrives by now; `lost` hears of the others. */
  deliver(nowMs: number, arrived: (packet: Packet) => void, lost: (packet: Packet) => void): void {
    const due = this.#packets.filter(({ dueMs }) => dueMs <= nowMs);
    this.#packets = this.#packets.filter(({ dueMs }) => dueMs > nowMs);
    for (const { packet } of due) {
      const isCut = this.#cuts.has(`${packet.from}>${packet.to}`);
      if (!this.isHealed && (isCut || this.#random.chance(this.#options.loss))) lost(packet);
      else arrived(packet);
    }
  }

  /** Parts the members in two sides, in both directions or only one. */
  cut(ids: readonly bigint[]): void {
    const isOneWay = this.#random.chance(0.3);
    const side = new Set(ids.filter(() => this.#random.chance(0.4)));
    for (const from of ids) {
      for (const to of ids) {
        if (side.has(from) === side.has(to)) continue;
        if (side.has(from) || !isOneWay) this.#cuts.add(`${from}>${to}`);
      }
    }
  }

  join(): void {
    this.#cuts.clear();
  }
}
