/** Keys of this package's rows, as etcd has them. It owns no rows; each row has one owner among the files that import this. */
import { bytesFromLatin1, idToHex } from "@quorate/base";

/** In `cluster`: the version that all members agreed on, as text "3.5.0". */
export const CLUSTER_VERSION_KEY: Uint8Array = bytesFromLatin1("clusterVersion");
/** In `cluster`: JSON of the downgrade under way. */
export const DOWNGRADE_KEY: Uint8Array = bytesFromLatin1("downgrade");
/** In `meta`: raft's configuration as of the applied index, as JSON. */
export const CONF_STATE_KEY: Uint8Array = bytesFromLatin1("confState");
/** In `auth`: how often users, roles and permissions were changed, as a number of 64 bits, big-endian; 1 in a new backend. */
export const AUTH_REVISION_KEY: Uint8Array = bytesFromLatin1("authRevision");
/** In `members_removed`: what every row holds. */
export const REMOVED_VALUE: Uint8Array = bytesFromLatin1("removed");

const LEASE_KEY_BYTES = 8;

/** In `lease`: the id as a signed 64-bit number, big-endian. */
export function leaseKey(id: bigint): Uint8Array {
  const key = new Uint8Array(LEASE_KEY_BYTES);
  new DataView(key.buffer).setBigInt64(0, id);
  return key;
}

/** In `members` and `members_removed`: the id in hex. */
export function memberKey(id: bigint): Uint8Array {
  return bytesFromLatin1(idToHex(id));
}
