/**
 * The header that every answer begins with: who answers, in which term, at which revision. As an object for answers that are rare,
 * and as bytes for those that are not: all but the revision stays the same from one to the next.
 */
import { newResponseHeader, type ResponseHeader, sizeId, sizeNumber, Writer } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";

/** Who answers. */
export type HeaderSource = Pick<EtcdServer, "clusterId" | "memberId"> & { readonly raft: { readonly term: number } };

/** @param revision the store's, as the answer has it; 0 leaves it out. */
export function newHeader({ clusterId, memberId, raft }: HeaderSource, revision: number): ResponseHeader {
  return newResponseHeader({ clusterId, memberId, revision, raftTerm: raft.term });
}

const HEADER_TAG = 10;
const CLUSTER_ID_TAG = 8;
const MEMBER_ID_TAG = 16;
const REVISION_TAG = 24;
const RAFT_TERM_TAG = 32;

/** Writes headers as field 1 of an answer. `size` comes before `write`, in the same turn. */
export class HeaderEncoder {
  readonly #server: HeaderSource;
  /** The ids with their tags. */
  readonly #ids: Uint8Array;
  #term = 0;
  /** The length of a header but for its revision. */
  #fixedSize = 0;

  constructor(server: HeaderSource) {
    this.#server = server;
    this.#ids = encodeIds(server.clusterId, server.memberId);
    this.#fixedSize = this.#ids.length;
  }

  /** Bytes of the whole field; looks up the term. */
  size(revision: number): number {
    const { term } = this.#server.raft;
    if (term !== this.#term) {
      this.#term = term;
      this.#fixedSize = this.#ids.length + (term === 0 ? 0 : 1 + sizeNumber(term));
    }
    const length = this.#length(revision);
    return 1 + sizeNumber(length) + length;
  }

  /** @param revision the same as given to `size` just before. */
  write(w: Writer, revision: number): void {
    w.number(HEADER_TAG);
    w.number(this.#length(revision));
    const { bytes } = w;
    const ids = this.#ids;
    let at = w.pos;
    for (let i = 0; i < ids.length; i++) bytes[at++] = ids[i]!;
    w.pos = at;
    if (revision !== 0) {
      w.number(REVISION_TAG);
      w.number(revision);
    }
    if (this.#term !== 0) {
      w.number(RAFT_TERM_TAG);
      w.number(this.#term);
    }
  }

  #length(revision: number): number {
    return this.#fixedSize + (revision === 0 ? 0 : 1 + sizeNumber(revision));
  }
}

function encodeIds(clusterId: bigint, memberId: bigint): Uint8Array {
  const clusterSize = clusterId === 0n ? 0 : 1 + sizeId(clusterId);
  const memberSize = memberId === 0n ? 0 : 1 + sizeId(memberId);
  const w = new Writer(new Uint8Array(clusterSize + memberSize));
  if (clusterSize > 0) {
    w.number(CLUSTER_ID_TAG);
    w.id(clusterId);
  }
  if (memberSize > 0) {
    w.number(MEMBER_ID_TAG);
    w.id(memberId);
  }
  return w.bytes;
}
