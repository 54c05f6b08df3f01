/**
 * Pings, both ways: how many of the peer's are too many, and when to send our own. The rules are those that etcd's flags
 * --grpc-keepalive-min-time, -interval and -timeout set.
 */

export type KeepaliveOptions = {
  /** A peer's ping sooner than this after its last is a strike. */
  readonly minTimeMs: number;
  /** A connection that brought nothing for so long is pinged; Infinity: never. */
  readonly intervalMs: number;
  /** A ping that brings nothing for so long ends the connection. */
  readonly timeoutMs: number;
  /** Pings are sent, and allowed at `minTimeMs`, while no stream is open too. */
  readonly withoutStreams: boolean;
};

const HOUR_MS = 3_600_000;

/** etcd's defaults for a server. */
export const SERVER_KEEPALIVE: KeepaliveOptions = {
  minTimeMs: 5_000,
  intervalMs: 2 * HOUR_MS,
  timeoutMs: 20_000,
  withoutStreams: false,
};

/** A client pings only if it was told to. */
export const CLIENT_KEEPALIVE: KeepaliveOptions = {
  minTimeMs: 0,
  intervalMs: Number.POSITIVE_INFINITY,
  timeoutMs: 20_000,
  withoutStreams: true,
};

/** Without a stream there is nothing to keep alive more often than this. */
const IDLE_MIN_TIME_MS = 2 * HOUR_MS;
const MAX_STRIKES = 2;

export class PingPolicy {
  readonly #options: KeepaliveOptions;
  #strikes = 0;
  #lastPingAtMs = Number.NEGATIVE_INFINITY;
  #lastReadAtMs: number;
  #pingSentAtMs: number | undefined;

  constructor(options: KeepaliveOptions, nowMs: number) {
    this.#options = options;
    this.#lastReadAtMs = nowMs;
  }

  /** Headers or data were sent: whatever pings came before were worth it. */
  pardon(): void {
    this.#strikes = 0;
    this.#lastPingAtMs = Number.NEGATIVE_INFINITY;
  }

  /** The peer pinged; true when that was one too many. */
  isTooMany(nowMs: number, hasStreams: boolean): boolean {
    const { minTimeMs, withoutStreams } = this.#options;
    const minimum = hasStreams || withoutStreams ? minTimeMs : Math.max(minTimeMs, IDLE_MIN_TIME_MS);
    if (nowMs < this.#lastPingAtMs + minimum) this.#strikes++;
    this.#lastPingAtMs = nowMs;
    return this.#strikes > MAX_STRIKES;
  }

  /** Something was read since the last `tick`. */
  read(nowMs: number): void {
    this.#lastReadAtMs = nowMs;
    this.#pingSentAtMs = undefined;
  }

  /** What is due now. */
  tick(nowMs: number, hasStreams: boolean): "nothing" | "ping" | "dead" {
    const { intervalMs, timeoutMs } = this.#options;
    if (this.#pingSentAtMs !== undefined) return nowMs >= this.#pingSentAtMs + timeoutMs ? "dead" : "nothing";
    if (nowMs < this.#lastReadAtMs + intervalMs) return "nothing";
    if (!hasStreams && !this.#options.withoutStreams && intervalMs < IDLE_MIN_TIME_MS) return "nothing";
    this.#pingSentAtMs = nowMs;
    return "ping";
  }
}
