/**
 * What every member agrees on, as one: the members and the pairs. It makes snapshot data of them, and takes it back.
 *
 *   | length u32 | members, JSON | dump of the store |
 */
import { decodeDump, encodeDump } from "./kv-codec.ts";
import type { KvStore } from "./kv-store.ts";
import { decodeMembers, encodeMembers, type Members } from "./members.ts";

export class ReplicatedState {
  readonly members: Members;
  readonly #store: KvStore;

  constructor(members: Members, store: KvStore) {
    this.members = members;
    this.#store = store;
  }

  /** The state of this moment as snapshot data. It is captured at once; the bytes are made a turn later. */
  snapshot(): Promise<Uint8Array> {
    const members = encodeMembers(this.members);
    const pairs = this.#store.pairs();
    return Promise.resolve().then(() => {
      const dump = encodeDump(pairs);
      const out = new Uint8Array(4 + members.length + dump.length);
      new DataView(out.buffer).setUint32(0, members.length);
      out.set(members, 4);
      out.set(dump, 4 + members.length);
      return out;
    });
  }

  /** Replaces everything by a snapshot's data. Throws for bytes that are none: such a member must stop. */
  recover(data: Uint8Array): void {
    const length = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0);
    const { urls, removed } = decodeMembers(data.subarray(4, 4 + length));
    const { pairs } = decodeDump(data.subarray(4 + length));
    this.members.urls.clear();
    this.members.removed.clear();
    for (const [id, url] of urls) this.members.urls.set(id, url);
    for (const id of removed) this.members.removed.add(id);
    this.#store.replace(pairs);
  }
}
