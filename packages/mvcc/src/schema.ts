/** Names of mvcc's rows in the `meta` bucket, as etcd has them. Their values are revisions of 17 bytes. */

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** The last compaction that was asked for. */
export const META_SCHEDULED_COMPACT: Uint8Array = ascii("scheduledCompactRev");
/** The last compaction whose rows are all removed. */
export const META_FINISHED_COMPACT: Uint8Array = ascii("finishedCompactRev");
