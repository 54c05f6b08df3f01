/**
 * A synchronous network of raft members: every message is delivered at once, in the order sent, through the codec, until
 * nobody has anything to say. Links can be cut, types of messages ignored, single messages looked at and lost.
 */
import { assert, hasCode } from "@quorate/base";
import { decodeMessage, encodeMessage, type Message, type MessageType, newMessage } from "@quorate/proto";
import type { NodeId, RawNode } from "@quorate/raft";
import { type PeerOptions, RaftPeer } from "./raft-peer.ts";

/** More deliveries than this without rest mean that messages go in circles. */
const MAX_DELIVERIES = 100_000;

export class RaftNetwork {
  readonly #peers = new Map<NodeId, RaftPeer>();
  /** Directed pairs `from>to` over which nothing gets through. */
  readonly #cuts = new Set<string>();
  readonly #ignored = new Set<MessageType>();
  /** Sees every message before it is delivered; false loses it. */
  hook: ((m: Message) => boolean) | undefined;

  /** Messages to members that are not there are lost. */
  constructor(peers: readonly RaftPeer[]) {
    for (const peer of peers) this.#peers.set(peer.id, peer);
  }

  /** Members 1 to `count`, all voters. */
  static ofSize(count: number, options: PeerOptions = {}): RaftNetwork {
    const voters = Array.from({ length: count }, (_, i) => BigInt(i + 1));
    return new RaftNetwork(voters.map((id) => new RaftPeer({ voters, ...options, id })));
  }

  get peers(): RaftPeer[] {
    return [...this.#peers.values()];
  }

  peer(id: NodeId): RaftPeer {
    const peer = this.#peers.get(id);
    assert(peer !== undefined, `${id} is in the network`);
    return peer;
  }

  /** Adds a member, or replaces the one of that id. */
  join(peer: RaftPeer): void {
    this.#peers.set(peer.id, peer);
  }

  cut(a: NodeId, b: NodeId): void {
    this.#cuts.add(`${a}>${b}`).add(`${b}>${a}`);
  }

  isolate(id: NodeId): void {
    for (const other of this.#peers.keys()) if (other !== id) this.cut(id, other);
  }

  ignore(type: MessageType): void {
    this.#ignored.add(type);
  }

  /** All links work, nothing is ignored. */
  recover(): void {
    this.#cuts.clear();
    this.#ignored.clear();
    this.hook = undefined;
  }

  /** Does something to a member, then lets everybody talk until all is said. */
  act(id: NodeId, action: (node: RawNode, peer: RaftPeer) => void): void {
    const peer = this.peer(id);
    action(peer.node, peer);
    this.run();
  }

  campaign(id: NodeId): void {
    this.act(id, (node) => node.campaign());
  }

  /** @throws RaftError `ProposalDropped`. */
  propose(id: NodeId, payload: string): void {
    this.act(id, (_, peer) => peer.propose(payload));
  }

  /** One tick at a time; everybody talks in between. */
  tick(id: NodeId, count = 1): void {
    for (let i = 0; i < count; i++) this.act(id, (node) => node.tick());
  }

  /** Delivers one message as if it came from the network, and what follows from it. */
  send(m: Partial<Message>): void {
    this.#deliver(newMessage(m));
    this.run();
  }

  /** Delivers until nobody has anything to say. */
  run(): void {
    const inFlight = this.peers.flatMap((peer) => this.#work(peer));
    let deliveries = 0;
    for (let next = inFlight.shift(); next !== undefined; next = inFlight.shift()) {
      assert(++deliveries < MAX_DELIVERIES, "the network comes to rest");
      const { sender, m } = next;
      if (!this.#passes(sender, m)) continue;
      this.#deliver(decodeMessage(encodeMessage(m)));
      const receiver = this.#peers.get(m.to);
      if (receiver !== undefined) inFlight.push(...this.#work(receiver));
    }
  }

  /** A request that is passed on names the one who asked as its sender; what matters is over which link it comes. */
  #work(peer: RaftPeer): { sender: NodeId; m: Message }[] {
    return peer.work().map((m) => ({ sender: peer.id, m }));
  }

  #passes(sender: NodeId, m: Message): boolean {
    if (this.#cuts.has(`${sender}>${m.to}`) || this.#ignored.has(m.type)) return false;
    return this.hook === undefined || this.hook(m);
  }

  /** A request that reaches a member which cannot take it is lost; so is an answer from one that was removed. */
  #deliver(m: Message): void {
    try {
      this.#peers.get(m.to)?.node.step(m);
    } catch (error) {
      if (!hasCode(error, "ProposalDropped") && !hasCode(error, "StepPeerNotFound")) throw error;
    }
  }
}
