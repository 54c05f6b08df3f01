/**
 * Proposals on their way to raft, with the id of each: those of one step, and of earlier ones while no leader is known. They go as few
 * messages: one append, one sync and one message a follower for all of them.
 */
import { type Entry, type Message, MessageType, newMessage } from "@quorate/proto";
import { RaftError } from "@quorate/raft";

/** Proposals in one MsgProp. */
const MAX_BATCHED_PROPOSALS = 1_024;

export class Outbox {
  #ids: bigint[] = [];
  #entries: Entry[] = [];

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** @param id 0n where nobody waits. */
  add(id: bigint, entry: Entry): void {
    this.#ids.push(id);
    this.#entries.push(entry);
  }

  /** Hands everything to raft; `dropped` hears of those that it does not take. */
  flush(from: bigint, raft: { step(m: Message): void }, dropped: (id: bigint) => void): void {
    const ids = this.#ids;
    const entries = this.#entries;
    this.#ids = [];
    this.#entries = [];
    for (let at = 0; at < entries.length; at += MAX_BATCHED_PROPOSALS) {
      const end = Math.min(at + MAX_BATCHED_PROPOSALS, entries.length);
      const batch = entries.length <= MAX_BATCHED_PROPOSALS ? entries : entries.slice(at, end);
      try {
        raft.step(newMessage({ type: MessageType.MsgProp, from, entries: batch }));
      } catch (error) {
        if (!(error instanceof RaftError) || error.code !== "ProposalDropped") throw error;
        for (let i = at; i < end; i++) dropped(ids[i]!);
      }
    }
  }

  /** Lets go of those that nobody waits for any more. */
  keep(isWanted: (id: bigint) => boolean): void {
    if (this.isEmpty) return;
    const kept = this.#ids.map(isWanted);
    this.#ids = this.#ids.filter((_, i) => kept[i]);
    this.#entries = this.#entries.filter((_, i) => kept[i]);
  }
}
