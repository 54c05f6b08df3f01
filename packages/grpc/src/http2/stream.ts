/**
 * One stream: which halves are closed, its two windows, and what waits to be sent on it. A plain record; Connection changes the receiving
 * half and Sender the sending half, nobody else either.
 *
 *     open --END_STREAM sent--> half-closed (local) --END_STREAM received--+
 *       |                                                                  v
 *       +--END_STREAM received--> half-closed (remote) --END_STREAM sent-> closed <-- RST_STREAM from any state
 */
import type { HeaderField } from "../hpack/header-field.ts";

export class Stream<C> {
  readonly id: number;
  /** The call that this stream carries. */
  owner: C | undefined = undefined;
  /** END_STREAM was sent. */
  isLocalClosed = false;
  /** END_STREAM was received. */
  isRemoteClosed = false;
  /** Not in the connection's map any more; nothing is sent or delivered. */
  isClosed = false;
  /** Octets that we may send; negative after the peer shrank its INITIAL_WINDOW_SIZE. */
  sendWindow: number;
  /** Octets that the peer may send. Invariant: receiveWindow + credit + octets held = our window. */
  receiveWindow: number;
  /** Octets that were consumed and not yet given back by WINDOW_UPDATE. */
  credit = 0;
  /** What content-length promised; -1 when it did not. */
  expectedBytes = -1;
  receivedBytes = 0;
  /** Octets to send that wait for a window or for the socket; the first `queueOffset` of the first are gone. */
  queue: Uint8Array[] = NOTHING;
  queueOffset = 0;
  queuedBytes = 0;
  /** To be sent behind the queue, ending the stream; an empty list ends it with an empty DATA frame. */
  trailers: readonly HeaderField[] | undefined = undefined;
  /** When its queue last moved enough to count, for the limit on stalls. */
  movedAtMs = 0;
  /** Octets that left the queue since. */
  movedBytes = 0;
  /** The owner heard that the queue is long and wants to hear when it is empty. */
  wantsDrain = false;

  constructor(id: number, sendWindow: number, receiveWindow: number) {
    this.id = id;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
  }
}

/** Shared by all streams that never had to wait; replaced before anything is pushed. */
const NOTHING: Uint8Array[] = [];
Object.freeze(NOTHING);
