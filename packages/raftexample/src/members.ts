/**
 * Who is in the cluster and at which URL, as replicated state: every member applies the same changes in the same order and
 * judges them alike. Raft itself knows ids only.
 */
import { type ConfChange, ConfChangeType, newConfChange } from "@quorate/proto";

/** The members and the ids that must never come back. */
export type Members = {
  readonly urls: Map<bigint, string>;
  readonly removed: Set<bigint>;
};

export function newMembers(): Members {
  return { urls: new Map(), removed: new Set() };
}

/** Why a committed change must not take effect, or undefined. Depends on replicated state alone. */
export function changeProblem(members: Members, change: ConfChange): string | undefined {
  const { type, nodeId } = change;
  const url = urlOf(change);
  if (members.removed.has(nodeId)) return `member ${nodeId} was removed; an id is never used twice`;
  switch (type) {
    case ConfChangeType.ConfChangeAddNode: {
      if (members.urls.has(nodeId)) return `member ${nodeId} is in the cluster already`;
      const holder = [...members.urls].find(([, known]) => known === url);
      return holder === undefined ? undefined : `member ${holder[0]} has peer URL ${url} already`;
    }
    case ConfChangeType.ConfChangeRemoveNode:
      if (!members.urls.has(nodeId)) return `member ${nodeId} is not in the cluster`;
      return members.urls.size === 1 ? "the last member cannot be removed" : undefined;
    default:
      return "this service adds and removes members only";
  }
}

/** Takes an accepted change into account. */
export function applyChange(members: Members, change: ConfChange): void {
  if (change.type === ConfChangeType.ConfChangeAddNode) {
    members.urls.set(change.nodeId, urlOf(change));
  } else {
    members.urls.delete(change.nodeId);
    members.removed.add(change.nodeId);
  }
}

/** The change with its id taken out: it counts as applied and does nothing. */
export function neutralized(change: ConfChange): ConfChange {
  return newConfChange({ ...change, nodeId: 0n });
}

/** The peer URL that a change carries. */
export function urlOf(change: ConfChange): string {
  return new TextDecoder().decode(change.context);
}

/** The members as they stand in a snapshot. */
export function encodeMembers(members: Members): Uint8Array {
  const urls = [...members.urls].map(([id, url]) => [id.toString(), url]);
  return new TextEncoder().encode(JSON.stringify({ urls, removed: [...members.removed].map(String) }));
}

/** The members of a snapshot. Throws SyntaxError for anything else. */
export function decodeMembers(bytes: Uint8Array): Members {
  const { urls, removed } = JSON.parse(new TextDecoder().decode(bytes)) as {
    urls: [string, string][];
    removed: string[];
  };
  return { urls: new Map(urls.map(([id, url]) => [BigInt(id), url])), removed: new Set(removed.map(BigInt)) };
}
