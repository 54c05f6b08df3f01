/**
 * Clients that write while a cluster is being hurt, and remember what was acknowledged. A write without an answer may take effect at any
 * later time, or never; one with an answer must not be lost. Values are numbers that only grow.
 */
import { decodeUtf8, KVService } from "@quorate/proto";
import type { LabClient } from "./lab-client.ts";
import { get, getPrefix, put } from "./requests.ts";

export type LoadOptions = {
  /** Those that may be asked; asked again for every choice. */
  readonly clients: () => readonly LabClient[];
  readonly writers: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly rest: (ms: number) => Promise<void>;
};

/** What is known of a key. */
type KeyHistory = { acknowledged: number; unknown: number[] };

/** A writer gives up on an answer after this long and asks another member. */
const PATIENCE_MS = 1_000;
const BACK_OFF_MS = 10;
/** Between two writes of a writer: the machine belongs to the cluster. */
const REST_MS = 2;
/** Every so many writes a writer reads what it wrote, at another member. */
const READ_EVERY = 10;
const PREFIX = "load/";

export class AcknowledgedLoad {
  acknowledged = 0;
  unanswered = 0;
  /** The longest time without an acknowledgement for any writer, so far. */
  longestGapMs = 0;
  /** Broken promises that were seen. */
  readonly problems: string[] = [];
  readonly #options: LoadOptions;
  readonly #keys = new Map<string, KeyHistory>();
  readonly #writers: Promise<void>[] = [];
  #lastMs: number;
  #isRunning = true;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#lastMs = options.now();
    for (let writer = 0; writer < options.writers; writer++) this.#writers.push(this.#run(writer));
  }

  /** Stops writing and waits for the last answers. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#writers);
  }

  /** Starts to measure the longest gap anew. */
  resetGap(): void {
    this.longestGapMs = 0;
    this.#lastMs = this.#options.now();
  }

  /** Acknowledged writes that are gone, as this member reads them. */
  async lostWrites(client: LabClient): Promise<string[]> {
    const { kvs } = await client.ok(KVService.range, getPrefix(PREFIX));
    const found = new Map(kvs.map(({ key, value }) => [decodeUtf8(key), Number(decodeUtf8(value))]));
    const lost: string[] = [];
    for (const [key, history] of this.#keys) {
      const problem = problemOf(history, found.get(key) ?? 0);
      if (problem !== undefined) lost.push(`${key}: ${problem}`);
    }
    return lost;
  }

  async #run(writer: number): Promise<void> {
    const { rest } = this.#options;
    const key = `${PREFIX}${writer}`;
    const history: KeyHistory = { acknowledged: 0, unknown: [] };
    this.#keys.set(key, history);
    let choice = writer;
    for (let n = 1; this.#isRunning; n++) {
      if (await this.#write(choice, { key, value: n }, history)) {
        if (n % READ_EVERY === 0) await this.#read(choice + 1, key, history);
        await rest(REST_MS);
      } else {
        choice++;
        await rest(BACK_OFF_MS);
      }
    }
  }

  async #write(
    choice: number,
    { key, value }: { readonly key: string; readonly value: number },
    history: KeyHistory,
  ): Promise<boolean> {
    const client = this.#choose(choice);
    if (client === undefined) return false;
    // Of unknown outcome until the answer is here.
    history.unknown.push(value);
    const { response } = await client.call(KVService.put, put(key, `${value}`), { timeoutMs: PATIENCE_MS });
    if (response === undefined) {
      this.unanswered++;
      return false;
    }
    history.unknown.pop();
    history.acknowledged = value;
    this.acknowledged++;
    const nowMs = this.#options.now();
    this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    return true;
  }

  async #read(choice: number, key: string, history: KeyHistory): Promise<void> {
    const { response } =
      (await this.#choose(choice)?.call(KVService.range, get(key), { timeoutMs: PATIENCE_MS })) ?? {};
    if (response === undefined) return;
    const problem = problemOf(history, Number(decodeUtf8(response.kvs[0]?.value ?? new Uint8Array())));
    if (problem !== undefined) this.problems.push(`a read of ${key}: ${problem}`);
  }

  #choose(choice: number): LabClient | undefined {
    const clients = this.#options.clients();
    return clients[choice % Math.max(1, clients.length)];
  }
}

/** The last acknowledged value, or one of unknown outcome: a late one may also undo what came after it. */
function problemOf({ acknowledged, unknown }: KeyHistory, value: number): string | undefined {
  if (value === acknowledged || unknown.includes(value)) return undefined;
  return `${value}, but ${acknowledged} was acknowledged; of unknown outcome: ${unknown.join(" ") || "none"}`;
}
