/**
 * Responses of a watch as bytes. An event is encoded once for everybody; what is written here is what stands in front of it, and for
 * many watchers of one change only the watch id differs.
 */
import type { WatchReply } from "@quorate/mvcc";
import { encodeWatchResponse, newWatchResponse, Writer } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import { HeaderEncoder, newHeader } from "./header.ts";

/** Room for a header, a watch id and a flag, and then some. */
const HEAD_BYTES = 128;
const WATCH_ID_TAG = 16;
const FRAGMENT_TAG = 56;

export class WatchEncoder {
  readonly #server: EtcdServer;
  readonly #header: HeaderEncoder;
  readonly #writer = new Writer(new Uint8Array(HEAD_BYTES));
  /** Which header the buffer begins with, and how long it is. */
  #revision = -1;
  #term = -1;
  #headerBytes = 0;

  constructor(server: EtcdServer) {
    this.#server = server;
    this.#header = new HeaderEncoder(server);
  }

  /** Where `head` writes. */
  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  /** Writes all of a response but its events, which follow as they are; returns the length. */
  head({ revision, watchId, fragment }: WatchReply): number {
    const w = this.#writer;
    const { term } = this.#server.raft;
    if (revision !== this.#revision || term !== this.#term) {
      w.pos = 0;
      this.#header.size(revision);
      this.#header.write(w, revision);
      this.#headerBytes = w.pos;
      this.#revision = revision;
      this.#term = term;
    }
    w.pos = this.#headerBytes;
    if (watchId !== 0) {
      w.number(WATCH_ID_TAG);
      w.int(watchId);
    }
    if (fragment) {
      w.number(FRAGMENT_TAG);
      w.bool(true);
    }
    return w.pos;
  }

  /** A response without events. */
  control(reply: WatchReply): Uint8Array {
    const { watchId, created, canceled, compactRevision, cancelReason } = reply;
    const header = newHeader(this.#server, reply.revision);
    return encodeWatchResponse(newWatchResponse({ header, watchId, created, canceled, compactRevision, cancelReason }));
  }
}
