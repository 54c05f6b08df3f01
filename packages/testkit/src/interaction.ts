/**
 * Interaction scripts: any number of raft members driven by hand, one directive at a time, through the public API of raft. It
 * replays etcd-io/raft's own transcripts; nothing here knows any particular one.
 */
import { messageOf } from "@quorate/base";
import { type Message, messageTypeName, newHardState, newMessage } from "@quorate/proto";
import {
  describeMessage,
  describeReady,
  isEmptyHardState,
  isEmptySnapshot,
  isLocalMessageTarget,
  type Ready,
} from "@quorate/raft";
import type { InteractionNode } from "./interaction-node.ts";
import { InteractionOutput } from "./interaction-output.ts";

/** A directive that cannot be done as asked; its text is the directive's output. */
export class InteractionError extends Error {
  override readonly name = "InteractionError";
}

export class Interaction {
  readonly output: InteractionOutput = new InteractionOutput();
  readonly nodes: InteractionNode[] = [];
  /** Messages on their way, in the order in which they were sent, for all members. */
  #inFlight: Message[] = [];

  node(id: bigint): InteractionNode {
    const node = this.nodes[Number(id) - 1];
    if (node === undefined) throw new InteractionError(`node ${id} does not exist`);
    return node;
  }

  queue(m: Message): void {
    this.#inFlight.push(m);
  }

  /** Does one Ready: save, queue the messages, apply, advance; or hand everything to the storage threads. */
  processReady(node: InteractionNode): void {
    const ready = node.raw.ready();
    this.output.write(describeReady(ready));
    if (!node.isAsync) {
      save(node, ready);
      node.apply(ready.committedEntries);
    }
    for (const m of ready.messages) {
      if (isLocalMessageTarget(m.to))
        (messageTypeName(m.type) === "MsgStorageAppend" ? node.appendWork : node.applyWork).push(m);
      else this.queue(m);
    }
    if (!node.isAsync) node.raw.advance();
  }

  /** Does the oldest append job. */
  processAppend(node: InteractionNode): void {
    const m = node.appendWork.shift();
    if (m === undefined) return this.output.write("no append work to perform");
    const responses = this.#announce(m);
    const hardState = newHardState({ term: m.term, vote: m.vote, commit: m.commit });
    save(node, {
      hardState: isEmptyHardState(hardState) ? undefined : hardState,
      entries: m.entries,
      snapshot: m.snapshot,
    });
    for (const response of responses) this.queue(response);
  }

  /** Does the oldest apply job. */
  processApply(node: InteractionNode): void {
    const m = node.applyWork.shift();
    if (m === undefined) return this.output.write("no apply work to perform");
    const responses = this.#announce(m);
    node.apply(m.entries);
    for (const response of responses) this.queue(response);
  }

  #announce(m: Message): readonly Message[] {
    this.output.write(`Processing:\n${describeMessage(newMessage({ ...m, responses: [] }))}\nResponses:\n`);
    for (const response of m.responses) this.output.write(`${describeMessage(response)}\n`);
    return m.responses;
  }

  /**
   * Delivers, or drops, what is in flight to one recipient, and says how much that was. Local messages are never dropped.
   * @param type only messages of this type, if set.
   */
  deliver(to: bigint, { drop, type }: { readonly drop: boolean; readonly type?: string | undefined }): number {
    const matches = (m: Message): boolean => {
      if (m.to !== to || (type !== undefined && messageTypeName(m.type) !== type)) return false;
      return !(drop && (m.from === m.to || isLocalMessageTarget(m.from) || isLocalMessageTarget(m.to)));
    };
    const taken = this.#inFlight.filter(matches);
    this.#inFlight = this.#inFlight.filter((m) => !matches(m));
    for (const m of taken) {
      if (drop) {
        this.output.write(`dropped: ${describeMessage(m)}\n`);
        continue;
      }
      this.output.write(`${describeMessage(m)}\n`);
      try {
        this.node(to).raw.step(m);
      } catch (error) {
        this.output.write(`${messageOf(error)}\n`);
      }
    }
    return taken.length;
  }

  /** True if something is in flight to this member. */
  hasMessagesFor(id: bigint): boolean {
    return this.#inFlight.some((m) => m.to === id);
  }

  /** Lets everything happen that can, in rounds: Readys, deliveries, append jobs, apply jobs. */
  stabilize(nodes: readonly InteractionNode[]): void {
    for (let busy = true; busy; ) {
      busy = false;
      const round = (is: (n: InteractionNode) => boolean, title: string, act: (n: InteractionNode) => void): void => {
        for (const node of nodes) {
          if (!is(node)) continue;
          busy = true;
          this.output.write(`> ${node.id} ${title}\n`);
          this.output.indented(() => act(node));
        }
      };
      round(
        (n) => n.raw.hasReady(),
        "handling Ready",
        (n) => this.processReady(n),
      );
      round(
        (n) => this.hasMessagesFor(n.id),
        "receiving messages",
        (n) => void this.deliver(n.id, { drop: false }),
      );
      this.#storageRound(
        nodes,
        "append",
        (n) => n.appendWork,
        (n) => this.processAppend(n),
        () => (busy = true),
      );
      this.#storageRound(
        nodes,
        "apply",
        (n) => n.applyWork,
        (n) => this.processApply(n),
        () => (busy = true),
      );
    }
  }

  /** All jobs of a storage thread under one title a member, each indented by itself. */
  #storageRound(
    nodes: readonly InteractionNode[],
    thread: "append" | "apply",
    work: (n: InteractionNode) => readonly Message[],
    act: (n: InteractionNode) => void,
    wasBusy: () => void,
  ): void {
    for (const node of nodes) {
      if (work(node).length === 0) continue;
      wasBusy();
      this.output.write(`> ${node.id} processing ${thread} thread\n`);
      while (work(node).length > 0) this.output.indented(() => act(node));
    }
  }
}

type Saved = Pick<Ready, "hardState" | "entries" | "snapshot">;

function save(node: InteractionNode, { hardState, entries, snapshot }: Saved): void {
  if (hardState !== undefined) node.storage.setHardState(hardState);
  if (snapshot !== undefined && !isEmptySnapshot(snapshot)) {
    if (entries.length > 0) throw new InteractionError("can't apply snapshot and entries at the same time");
    node.storage.applySnapshot(snapshot);
  } else {
    node.storage.append(entries);
  }
}
