/**
 * Every bound of a connection, by name. A peer that goes beyond one is cut off at that connection, or at that stream, and costs the others
 * nothing. Defaults are what a client of etcd never comes near.
 */

export type Limits = {
  /** Streams that the peer may have open; etcd's default is none (2^32 - 1). */
  readonly maxConcurrentStreams: number;
  /** Octets of a header list, 32 added for each field; told to the peer. A request above it is answered with 431. */
  readonly maxHeaderListBytes: number;
  /** Octets of one encoded header block. Above it the table cannot be kept in step: the connection ends. */
  readonly maxHeaderBlockBytes: number;
  /** CONTINUATION frames of one header block (CVE-2024-27316). */
  readonly maxContinuationFrames: number;
  /** A header block is whole by then. */
  readonly headerBlockTimeoutMs: number;
  /** The preface and the first SETTINGS are here by then, and our SETTINGS are acknowledged. */
  readonly handshakeTimeoutMs: number;
  /** A request's message that began is whole by then, as is a unary request. */
  readonly messageTimeoutMs: number;
  /** A stream, or a socket, that has something to take and takes nothing for so long is given up. 0: never. */
  readonly stallTimeoutMs: number;
  /** What a stream has to take in that time to count as moving: a window that opens by single octets is a stall too. */
  readonly stallMinBytes: number;
  /** Octets that we let the peer send ahead: per stream, and for all together. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  /** Octets of unfinished and unread messages that one connection may make us hold; a call beyond is refused. */
  readonly maxBufferedBytes: number;
  /** Octets that a handler may leave waiting on one stream; it was told to wait long before. The call fails beyond. */
  readonly maxQueuedBytes: number;
  /** Octets that may wait on all streams of a connection; answers beyond fail. */
  readonly maxConnectionQueuedBytes: number;
  /** Octets that wait for the socket before we stop reading from it. */
  readonly maxWriteBufferBytes: number;
  /** Streams that ended by RST_STREAM, the peer's or ours for its fault: at once, and per second (CVE-2023-44487, CVE-2025-8671). */
  readonly resetBurst: number;
  readonly resetsPerSecond: number;
  /** Cancelled calls whose handlers still work. */
  readonly maxAbandonedCalls: number;
  /** SETTINGS frames at once, and per second (CVE-2019-9515). */
  readonly settingsBurst: number;
  readonly settingsPerSecond: number;
  /** Frames that change nothing: PRIORITY, unknown types, for closed streams (CVE-2019-9513). */
  readonly ignoredFrameBurst: number;
  readonly ignoredFramesPerSecond: number;
  /** Empty DATA frames in a row that do not end their stream (CVE-2019-9518). */
  readonly maxEmptyDataFrames: number;
  /** WINDOW_UPDATE frames beyond the eight that each stream and each DATA frame of ours are good for. */
  readonly windowUpdateSlack: number;
};

export const DEFAULT_LIMITS: Limits = {
  maxConcurrentStreams: 2 ** 32 - 1,
  maxHeaderListBytes: 16 * 1024,
  maxHeaderBlockBytes: 32 * 1024,
  maxContinuationFrames: 8,
  headerBlockTimeoutMs: 5_000,
  handshakeTimeoutMs: 10_000,
  messageTimeoutMs: 60_000,
  stallTimeoutMs: 30_000,
  stallMinBytes: 1_024,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 1024 * 1024,
  maxBufferedBytes: 128 * 1024 * 1024,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxConnectionQueuedBytes: 256 * 1024 * 1024,
  maxWriteBufferBytes: 1024 * 1024,
  resetBurst: 1_000,
  resetsPerSecond: 100,
  maxAbandonedCalls: 200,
  settingsBurst: 20,
  settingsPerSecond: 10,
  ignoredFrameBurst: 100,
  ignoredFramesPerSecond: 10,
  maxEmptyDataFrames: 20,
  windowUpdateSlack: 1_000,
};
