/** Told how long the disk took, in seconds, on the owner's thread: for metrics. It must not throw, and it decides nothing. */

export interface LogObserver {
  /** A write of appends to the log, without its sync. */
  written(seconds: number): void;
  synced(seconds: number): void;
  /** A snapshot file, from the request until it is durable. */
  snapshotSaved(seconds: number): void;
}

export interface BackendObserver {
  /** One transaction, until it is durable. */
  committed(seconds: number): void;
}
