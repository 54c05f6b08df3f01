/** How etcd names members and clusters: the first eight bytes of SHA-1 sums. The sum itself is handed in. */
import { assert, compareIds } from "@quorate/base";
import { encodeUtf8 } from "@quorate/proto";

/** SHA-1 of bytes: 20 bytes. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array;

const ID_BYTES = 8;

/** The id of a member of a new cluster: its peer URLs and the cluster's token. */
export function bootstrapMemberId(peerUrls: readonly string[], token: string, sha1: Sha1): bigint {
  return firstBytes(sha1(encodeUtf8([...peerUrls].sort().join("") + token)));
}

/** The id of a member that is added later. @param unixSeconds now, which keeps it apart from a member removed before. */
export function addedMemberId(peerUrls: readonly string[], unixSeconds: number, sha1: Sha1): bigint {
  return bootstrapMemberId(peerUrls, String(unixSeconds), sha1);
}

/** The id of a cluster, from the members it began with. */
export function clusterId(memberIds: readonly bigint[], sha1: Sha1): bigint {
  const bytes = new Uint8Array(memberIds.length * ID_BYTES);
  const view = new DataView(bytes.buffer);
  [...memberIds].sort(compareIds).forEach((id, i) => {
    view.setBigUint64(i * ID_BYTES, id);
  });
  return firstBytes(sha1(bytes));
}

function firstBytes(sum: Uint8Array): bigint {
  assert(sum.length === 20, "a SHA-1 sum has 20 bytes");
  return new DataView(sum.buffer, sum.byteOffset).getBigUint64(0);
}
