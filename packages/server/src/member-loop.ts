/**
 * The turn of a member: what happened since the last turn becomes one step, and what the step wants done is handed to whoever does it.
 * One turn of the event loop, one step, one append, one message a follower, one write a connection. It owns the queue of events;
 * it decides nothing.
 */
import { type Logger, messageOf } from "@quorate/base";
import type { Effects, Member, MemberEvent, MembershipChange, Settled } from "@quorate/member";
import type { Message, SnapshotMetadata } from "@quorate/proto";
import type { DurableStorage } from "@quorate/storage";
import { AppendLine } from "./append-line.ts";

/** Whoever waits for an answer. */
export type Waiter = (settled: Settled) => void;

/** The way to the peers. */
export type Peers = {
  readonly send: (messages: readonly Message[]) => void;
  /** Sends with an image of the backend, and says `snapshotSent` when that ended. */
  readonly sendSnapshot: (message: Message) => void;
  readonly follow: (change: MembershipChange) => void;
};

export type MemberLoopDeps = {
  readonly storage: DurableStorage;
  readonly peers: Peers;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Calls `turn` once, after the reads of the present turn of the event loop. */
  readonly schedule: (turn: () => void) => void;
  /** Calls `wake` after so many milliseconds. */
  readonly later: (ms: number, wake: () => void) => void;
  readonly install: (metadata: SnapshotMetadata) => void;
  readonly askVersions: () => void;
  readonly onLeadChanged: () => void;
  readonly onRemoved: () => void;
  /** After each step: what was applied is visible, answers are on their way. */
  readonly afterStep: () => void;
  /** Nothing can go on: the disk failed, or an invariant broke. Called once. */
  readonly onFatal: (error: unknown) => void;
  readonly logger: Logger;
};

/** Events that may wait for a turn. Peers drop what finds no room; clients are refused long before. */
const MAX_QUEUED_EVENTS = 262_144;

export class MemberLoop {
  readonly #member: Member<Waiter>;
  readonly #deps: MemberLoopDeps;
  readonly #appends: AppendLine;
  #events: MemberEvent<Waiter>[] = [];
  #isScheduled = false;
  #isAlarmSet = false;
  #isStopped = false;
  readonly #turn = (): void => this.#run();

  constructor(member: Member<Waiter>, deps: MemberLoopDeps) {
    this.#member = member;
    this.#deps = deps;
    this.#appends = new AppendLine({
      storage: deps.storage,
      onAppended: (append) => this.push({ kind: "appended", append }),
      onFatal: (error) => this.#fatal(error),
    });
  }

  /** Something happened. False where it finds no room, or the member has stopped. */
  push(event: MemberEvent<Waiter>): boolean {
    if (this.#isStopped || this.#events.length >= MAX_QUEUED_EVENTS) return false;
    this.#events.push(event);
    this.#wake();
    return true;
  }

  /** Answers everyone who waits, and takes no more events; resolves once what was handed to the log is durable. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const events = this.#events;
    this.#events = [];
    for (const event of events) if ("waiter" in event) event.waiter(STOPPED);
    this.#answer(this.#member.stop());
    await this.#appends.settled().catch(() => undefined);
  }

  #wake(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#deps.schedule(this.#turn);
  }

  /** One alarm at a time: a step that it finds too early asks for another. */
  #wakeLater(ms: number): void {
    if (this.#isAlarmSet) return;
    this.#isAlarmSet = true;
    this.#deps.later(ms, () => {
      this.#isAlarmSet = false;
      this.#wake();
    });
  }

  #run(): void {
    this.#isScheduled = false;
    if (this.#isStopped) return;
    const events = this.#events;
    this.#events = [];
    try {
      const effects = this.#member.step(this.#deps.now(), events);
      this.#perform(effects);
      if (effects.more) this.#wake();
      else if (effects.stepAgainMs !== undefined) this.#wakeLater(effects.stepAgainMs);
    } catch (error) {
      this.#fatal(error);
    }
  }

  #perform(effects: Effects<Waiter>): void {
    const { peers } = this.#deps;
    for (const change of effects.membership) peers.follow(change);
    // Appends and messages start at once: a leader's own write is an acknowledgement like any other.
    for (const append of effects.appends) this.#appends.add(append);
    if (effects.messages.length > 0) peers.send(effects.messages);
    for (const m of effects.snapshots) peers.sendSnapshot(m);
    this.#answer(effects);
    if (effects.leadChanged) this.#deps.onLeadChanged();
    if (effects.saveSnapshot !== undefined) this.#saveSnapshot(effects);
    if (effects.install !== undefined) this.#deps.install(effects.install);
    if (effects.askVersions) this.#deps.askVersions();
    if (effects.removed) this.#deps.onRemoved();
    this.#deps.afterStep();
  }

  #answer({ waiters, settled }: Effects<Waiter>): void {
    for (let i = 0; i < waiters.length; i++) waiters[i]!(settled[i]!);
  }

  #saveSnapshot({ saveSnapshot }: Effects<Waiter>): void {
    if (saveSnapshot === undefined) return;
    const { storage, logger } = this.#deps;
    const { metadata } = saveSnapshot;
    this.#appends
      .settled()
      .then(() => storage.saveSnapshot(saveSnapshot))
      .then(async () => {
        logger.info(`saved snapshot to disk at index ${metadata.index}`);
        this.push({ kind: "snapshotSaved", metadata });
        await storage.release(metadata.index);
      })
      .catch((error: unknown) => this.#fatal(error));
  }

  #fatal(error: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#deps.logger.error(`the member cannot go on: ${messageOf(error)}`);
    this.#deps.onFatal(error);
  }
}

const STOPPED: Settled = { kind: "failed", code: "Stopped", revision: 0 };
