/** What a store counts for metrics: plain numbers that whoever keeps it writes to and its host reads at will. They decide nothing. */

/** Shared by all stores of a member: they go on where a snapshot is installed. */
export type StoreCounts = {
  /** Range requests, those inside transactions too. */
  rangeTotal: number;
  putTotal: number;
  /** Deletions that were asked for, however many keys each took. */
  deleteTotal: number;
  /** Write transactions with more than one operation. */
  txnTotal: number;
  /** Bytes of keys and values of all puts. */
  putSizeBytesTotal: number;
  /** Rows that compactions removed. */
  compactedKeysTotal: number;
};

export function newStoreCounts(): StoreCounts {
  return { rangeTotal: 0, putTotal: 0, deleteTotal: 0, txnTotal: 0, putSizeBytesTotal: 0, compactedKeysTotal: 0 };
}
