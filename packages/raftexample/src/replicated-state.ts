/**
 * What every member agrees on, as one: the members and the pairs. It makes snapshot data of them, and takes it back.
 *
 *   | length u32 | members, JSON | dump of the store |
 */
import { decodeDump } from "./kv-codec.ts";
import type { KvStore } from "./kv-store.ts";
import { decodeMembers, encodeMembers, type Members } from "./members.ts";

/** Pairs written into a dump before other work gets its turn: a millisecond or two. */
const PAIRS_PER_SLICE = 1_000;
const LENGTH_BYTES = 4;

export class ReplicatedState {
  readonly members: Members;
  readonly #store: KvStore;
  /** Resolves after other events of the host had their turn. */
  readonly #pause: () => Promise<void>;

  constructor(members: Members, store: KvStore, pause: () => Promise<void>) {
    this.members = members;
    this.#store = store;
    this.#pause = pause;
  }

  /** The state of the moment of the call as snapshot data; the bytes are made in slices beside later commits. */
  async snapshot(): Promise<Uint8Array> {
    const members = encodeMembers(this.members);
    const dump = this.#store.startDump(LENGTH_BYTES + members.length);
    try {
      while (!dump.advance(PAIRS_PER_SLICE)) await this.#pause();
    } finally {
      this.#store.endDump(dump);
    }
    const data = dump.take();
    new DataView(data.buffer).setUint32(0, members.length);
    data.set(members, LENGTH_BYTES);
    return data;
  }

  /** Replaces everything by a snapshot's data. Throws for bytes that are none: such a member must stop. */
  recover(data: Uint8Array): void {
    const length = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0);
    const { urls, removed } = decodeMembers(data.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
    const dump = decodeDump(data.subarray(LENGTH_BYTES + length));
    this.members.urls.clear();
    this.members.removed.clear();
    for (const [id, url] of urls) this.members.urls.set(id, url);
    for (const id of removed) this.members.removed.add(id);
    this.#store.replace(dump);
  }
}
