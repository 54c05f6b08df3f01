/**
 * What a peer may do at no cost to itself, counted. Each method notes one such act and throws ENHANCE_YOUR_CALM once its limit is passed.
 * Nothing here knows what the acts mean; `Limits` names and explains them.
 */
import { ConnectionError } from "./connection-error.ts";
import { ErrorCode } from "./frame.ts";
import type { Limits } from "./limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What a stream or a DATA frame of ours is good for in WINDOW_UPDATE frames. */
const WINDOW_UPDATES_EARNED = 8;

export class Guard {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #resets: TokenBucket;
  readonly #settings: TokenBucket;
  readonly #ignored: TokenBucket;
  #emptyData = 0;
  #windowUpdates: number;
  #abandoned = 0;

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#resets = new TokenBucket(limits.resetBurst, limits.resetsPerSecond);
    this.#settings = new TokenBucket(limits.settingsBurst, limits.settingsPerSecond);
    this.#ignored = new TokenBucket(limits.ignoredFrameBurst, limits.ignoredFramesPerSecond);
    this.#windowUpdates = limits.windowUpdateSlack;
  }

  /** A stream that the peer reset, or that we reset for the peer's fault. */
  reset(): void {
    if (!this.#resets.take(this.#now())) throw calm("too many reset streams");
  }

  settings(): void {
    if (!this.#settings.take(this.#now())) throw calm("too many SETTINGS frames");
  }

  ignored(): void {
    if (!this.#ignored.take(this.#now())) throw calm("too many frames that change nothing");
  }

  /** A DATA frame of the peer. */
  data(length: number, isEnd: boolean): void {
    if (length > 0 || isEnd) {
      this.#emptyData = 0;
      return;
    }
    if (++this.#emptyData > this.#limits.maxEmptyDataFrames) throw calm("too many empty DATA frames");
  }

  windowUpdate(): void {
    if (--this.#windowUpdates < 0) throw calm("too many WINDOW_UPDATE frames");
  }

  /** A new stream or a DATA frame of ours, each of which the peer may answer with window updates. */
  earnWindowUpdates(): void {
    if (this.#windowUpdates < this.#limits.windowUpdateSlack) this.#windowUpdates += WINDOW_UPDATES_EARNED;
  }

  /** A call was cancelled while its handler works on. */
  abandon(): void {
    if (++this.#abandoned > this.#limits.maxAbandonedCalls) throw calm("too many cancelled calls");
  }

  /** The handler of an abandoned call is done. */
  settle(): void {
    this.#abandoned--;
  }
}

function calm(message: string): ConnectionError {
  return new ConnectionError(ErrorCode.EnhanceYourCalm, message);
}
