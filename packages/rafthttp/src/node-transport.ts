/**
 * The transport: all peers by id. Step 23 of the path of a write. It owns the set of peers; each Peer owns its connections.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { idToHex, silentTrace, UINT64_MAX } from "@quorate/base";
import { type Message, MessageType } from "@quorate/proto";
import { RafthttpError } from "./errors.ts";
import { type HandlerDeps, handlePeerRequest } from "./node-handlers.ts";
import { Peer, type PeerDeps } from "./node-peer.ts";
import { createDialer, type Dialer } from "./node-request.ts";
import { noBackend } from "./node-snapshot-sender.ts";
import {
  DEFAULT_LIMITS,
  type Limits,
  type PeerStats,
  silentObserver,
  type TransportDeps,
  type TransportOptions,
} from "./options.ts";

export class Transport {
  readonly #options: TransportOptions;
  readonly #deps: TransportDeps;
  readonly #limits: Limits;
  readonly #dialer: Dialer;
  readonly #peers = new Map<bigint, Peer>();
  /** Senders that are not members as far as is known; they can be answered, by the pipeline. */
  readonly #remotes = new Map<bigint, Peer>();
  readonly #activeWaiters = new Map<bigint, (() => void)[]>();
  readonly #handlerDeps: HandlerDeps;
  #stopped = false;

  constructor(options: TransportOptions, deps: TransportDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#dialer = createDialer(options.tls, this.#limits.dialTimeoutMs);
    this.#handlerDeps = {
      identity: options.identity,
      limits: this.#limits,
      raft: deps.raft,
      snapshots: deps.snapshots,
      logger: deps.logger,
      observer: deps.observer ?? silentObserver,
      findPeer: (id) => this.#peers.get(id),
      addRemote: (id, urls) => this.addRemote(id, urls),
      process: (m) => this.#received(m),
    };
  }

  /** Answers a request to a peer path; false, untouched, for any other. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#stopped) {
      response.destroy();
      return true;
    }
    return handlePeerRequest(this.#handlerDeps, request, response);
  }

  /** Sends each message to its addressee. A message to nobody known is dropped: raft repeats what matters. */
  send(messages: readonly Message[]): void {
    const { trace, logger } = this.#deps;
    for (const m of messages) {
      if (m.to === 0n) continue;
      if (trace?.active && m.type === MessageType.MsgApp && m.entries.length > 0) {
        trace.emit("Transport.send", this.#options.identity.id, {
          to: m.to,
          term: m.term,
          index: m.index + m.entries.length,
        });
      }
      const peer = this.#peers.get(m.to) ?? this.#remotes.get(m.to);
      if (peer === undefined) logger.debug(`dropped a message to ${idToHex(m.to)}, which is not a peer`);
      else peer.send(m);
    }
  }

  /** Sends MsgSnap with its backend on a connection of its own; raft is told how it ended. */
  sendSnapshot(m: Message, backend: AsyncIterable<Uint8Array> = noBackend()): void {
    const peer = this.#peers.get(m.to) ?? this.#remotes.get(m.to);
    if (peer === undefined) this.#deps.raft.reportSnapshot(m.to, "failure");
    else peer.sendSnapshot(m, backend);
  }

  /** Makes a member known; streams are dialled at once. */
  addPeer(id: bigint, urls: readonly string[]): void {
    if (this.#stopped || this.#peers.has(id) || id === this.#options.identity.id) return;
    this.#peers.set(id, this.#create(id, urls, true));
    this.#remotes.get(id)?.close();
    this.#remotes.delete(id);
  }

  /** Makes a sender answerable that is not known as a member. */
  addRemote(id: bigint, urls: readonly string[]): void {
    if (this.#stopped || this.#peers.has(id) || this.#remotes.has(id) || id === this.#options.identity.id) return;
    if (this.#remotes.size >= MAX_REMOTES || this.#deps.raft.isIdRemoved(id)) return;
    this.#remotes.set(id, this.#create(id, urls, false));
  }

  removePeer(id: bigint): void {
    this.#peers.get(id)?.close();
    this.#peers.delete(id);
  }

  removeAllPeers(): void {
    for (const id of [...this.#peers.keys()]) this.removePeer(id);
  }

  updatePeer(id: bigint, urls: readonly string[]): void {
    this.#peers.get(id)?.update(urls);
  }

  /** When the peer was last found active, on the clock of `performance.now`; undefined while it is not. */
  activeSince(id: bigint): number | undefined {
    return this.#peers.get(id)?.activeSince;
  }

  activePeers(): number {
    return [...this.#peers.values()].filter((peer) => peer.activeSince !== undefined).length;
  }

  /** Resolves once the peer is active. */
  whenActive(id: bigint): Promise<void> {
    if (this.activeSince(id) !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#activeWaiters.set(id, [...(this.#activeWaiters.get(id) ?? []), resolve]);
    });
  }

  stats(id: bigint): Readonly<PeerStats> | undefined {
    return this.#peers.get(id)?.stats;
  }

  /** Cuts a peer off in both directions. For tests. */
  cutPeer(id: bigint): void {
    this.#peers.get(id)?.setPaused(true);
  }

  mendPeer(id: bigint): void {
    this.#peers.get(id)?.setPaused(false);
  }

  /** Closes every connection. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.removeAllPeers();
    for (const remote of this.#remotes.values()) remote.close();
    this.#remotes.clear();
    this.#dialer.close();
  }

  /** A message by POST does not wait among those from streams: its sender is told whether raft took it. */
  #received(m: Message): void {
    const peer = this.#peers.get(m.from);
    if (peer === undefined) this.#process(m);
    else peer.process(m);
  }

  /** Hands a message to raft if it comes from a member and is meant for this one. Throws to refuse it. */
  #process(m: Message): void {
    const { raft } = this.#deps;
    if (this.#stopped) throw new RafthttpError("Stopped", "the transport is stopped");
    if (raft.isIdRemoved(m.from)) throw new RafthttpError("MemberRemoved", `member ${idToHex(m.from)} was removed`);
    if (m.from >= FIRST_LOCAL_ADDRESS)
      throw new RafthttpError("Refused", `${idToHex(m.from)} is the address of a storage thread`);
    if (m.to !== this.#options.identity.id)
      throw new RafthttpError("Refused", `the message is for member ${idToHex(m.to)}`);
    raft.process(m);
  }

  #create(id: bigint, urls: readonly string[], withStreams: boolean): Peer {
    const deps: PeerDeps = {
      identity: this.#options.identity,
      limits: this.#limits,
      raft: this.#deps.raft,
      process: (m) => this.#process(m),
      dialer: this.#dialer,
      logger: this.#deps.logger,
      trace: this.#deps.trace ?? silentTrace,
      observer: this.#deps.observer ?? silentObserver,
      onRemoved: this.#deps.onRemoved,
      onActive: (active) => {
        for (const resolve of this.#activeWaiters.get(active) ?? []) resolve();
        this.#activeWaiters.delete(active);
      },
    };
    return new Peer(id, urls, deps, withStreams);
  }
}

/** From here on ids are addresses inside a member, whose messages raft takes for work that was done. */
const FIRST_LOCAL_ADDRESS = UINT64_MAX - 1n;

/** Senders remembered that are not members: a cluster has few at any time. */
const MAX_REMOTES = 64;
