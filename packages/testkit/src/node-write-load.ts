/**
 * Clients that write and read over keep-alive connections while a cluster is being hurt, and remember what was acknowledged. A
 * write without an answer may take effect at any later time, or never; one with an answer must not be lost.
 */
import { Agent } from "node:http";
import { request } from "./node-http-probe.ts";

export type LoadOptions = {
  /** API ports to choose from; asked again for every choice. */
  readonly ports: () => readonly number[];
  readonly clients: number;
  readonly keysPerClient: number;
  /** A client rests this long after each write, so that the load leaves the machine to the cluster. */
  readonly restMs: number;
};

/** What is known of a key. Values are numbers that only grow. */
type KeyHistory = { acknowledged: number | undefined; readonly unknown: Set<number> };

/** A client gives up on an answer after this long and asks another member: its write is of unknown outcome. */
const PATIENCE_MS = 1_000;
/** A pause after a failure, so that a client does not spin on a member that is down. */
const BACK_OFF_MS = 10;
/** Every so many writes a client also reads what it wrote, through another member. */
const READ_EVERY = 5;

export class WriteLoad {
  acknowledged = 0;
  unanswered = 0;
  confirmedReads = 0;
  /** Broken promises seen while running. */
  readonly problems: string[] = [];
  readonly #options: LoadOptions;
  readonly #keys = new Map<string, KeyHistory>();
  readonly #clients: Promise<void>[] = [];
  #running = true;

  constructor(options: LoadOptions) {
    this.#options = options;
    for (let client = 0; client < options.clients; client++) this.#clients.push(this.#run(client));
  }

  get keys(): string[] {
    return [...this.#keys.keys()];
  }

  /** Stops writing and waits for the last answers. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }

  /** Reads every key through `port`, linearizably, and tells which acknowledged writes are gone. */
  async lostWrites(port: number): Promise<string[]> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const lost: string[] = [];
    for (const [key, history] of this.#keys) {
      const { status, body } = await request(port, "GET", `/${key}?consistent=linearizable`, { agent });
      const value = status === 404 ? undefined : Number(body);
      if (!isPossible(history, value)) lost.push(describe(key, history, value));
    }
    agent.destroy();
    return lost;
  }

  async #run(client: number): Promise<void> {
    const { keysPerClient, restMs } = this.#options;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let choice = client;
    for (let n = 1; this.#running; n++) {
      const key = `load-${client}-${n % keysPerClient}`;
      const history = this.#history(key);
      if (await this.#write(this.#port(choice), key, n, history, agent)) {
        if (n % READ_EVERY === 0) await this.#read(this.#port(choice + 1), key, history, agent);
        await rest(restMs);
      } else {
        choice++;
        await rest(BACK_OFF_MS);
      }
    }
    agent.destroy();
  }

  async #write(port: number, key: string, n: number, history: KeyHistory, agent: Agent): Promise<boolean> {
    // Of unknown outcome until the answer is here.
    history.unknown.add(n);
    try {
      const { status } = await request(port, "PUT", `/${key}`, { body: `${n}`, agent, timeoutMs: PATIENCE_MS });
      if (status === 204) {
        history.unknown.delete(n);
        history.acknowledged = n;
        this.acknowledged++;
        return true;
      }
      if (status !== 503) this.problems.push(`PUT /${key} was answered ${status}`);
    } catch {
      // The member is down or slow, which is what the test does to it.
    }
    this.unanswered++;
    return false;
  }

  async #read(port: number, key: string, history: KeyHistory, agent: Agent): Promise<void> {
    try {
      const target = `/${key}?consistent=linearizable`;
      const { status, body } = await request(port, "GET", target, { agent, timeoutMs: PATIENCE_MS });
      if (status === 503) return;
      const value = status === 404 ? undefined : Number(body);
      if (!isPossible(history, value)) this.problems.push(`stale read: ${describe(key, history, value)}`);
      this.confirmedReads++;
    } catch {
      // As above.
    }
  }

  #port(choice: number): number {
    const ports = this.#options.ports();
    return ports[choice % ports.length] ?? 0;
  }

  #history(key: string): KeyHistory {
    let history = this.#keys.get(key);
    if (history === undefined) {
      history = { acknowledged: undefined, unknown: new Set() };
      this.#keys.set(key, history);
    }
    return history;
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((next) => setTimeout(next, ms));
}

/** The last acknowledged value, or one that may have been written behind it. */
function isPossible({ acknowledged, unknown }: KeyHistory, value: number | undefined): boolean {
  return value === acknowledged || (value !== undefined && unknown.has(value));
}

function describe(key: string, { acknowledged, unknown }: KeyHistory, value: number | undefined): string {
  return `${key} is ${value}, acknowledged ${acknowledged}, of unknown outcome ${[...unknown].join(" ") || "none"}`;
}
