/** Small pure pieces of a peer's state: which URL to try, whether it is active and since when, which channel a message takes. */
import { type Message, MessageType } from "@quorate/proto";

/** Round robin over a peer's URLs; the one that works is kept. etcd's urlPicker. */
export class UrlPicker {
  #urls: readonly string[];
  #picked = 0;

  /** @param urls at least one. */
  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  update(urls: readonly string[]): void {
    this.#urls = urls;
    this.#picked = 0;
  }

  pick(): string {
    return this.#urls[this.#picked] ?? "";
  }

  /** `url` failed: the next pick is another, unless someone else has moved on already. */
  unreachable(url: string): void {
    if (url === this.pick()) this.#picked = (this.#picked + 1) % this.#urls.length;
  }
}

/** Whether the last contact with a peer succeeded. etcd's peerStatus. */
export class PeerStatus {
  #since: number | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Says whether this is news. */
  activate(): boolean {
    const isNews = this.#since === undefined;
    this.#since ??= this.#now();
    return isNews;
  }

  /** Says whether this is news. */
  deactivate(): boolean {
    const isNews = this.#since !== undefined;
    this.#since = undefined;
    return isNews;
  }

  /** Milliseconds (of the injected clock) at which it became active; undefined while it is not. */
  get activeSince(): number | undefined {
    return this.#since;
  }
}

/** The ways to a peer. */
export type Channel = "msgapp" | "message" | "pipeline";

/** Appends have a stream of their own, snapshots never go on a stream, and the pipeline takes what has none. */
export function pickChannel(m: Message, isWorking: { readonly msgapp: boolean; readonly message: boolean }): Channel {
  if (m.type === MessageType.MsgSnap) return "pipeline";
  if (m.type === MessageType.MsgApp && isWorking.msgapp) return "msgapp";
  return isWorking.message ? "message" : "pipeline";
}
