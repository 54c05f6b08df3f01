/**
 * The headers that peers identify themselves with, and the checks every request passes, in etcd's order. Pure: records in, a verdict
 * out.
 */
import { idFromHex, idToHex } from "@quorate/base";

/** Header names as etcd writes them; compared without regard to case. */
export const Header = {
  ServerFrom: "X-Server-From",
  ServerVersion: "X-Server-Version",
  MinClusterVersion: "X-Min-Cluster-Version",
  ClusterId: "X-Etcd-Cluster-ID",
  PeerUrls: "X-PeerURLs",
  RaftTo: "X-Raft-To",
} as const;

/** The oldest cluster version that this code can live with; etcd's own value. */
export const MIN_CLUSTER_VERSION = "3.0.0";
/** What a peer that names no version is taken for. */
const UNKNOWN_VERSION = "2.0.0";

/** Who this member is, as its peers see it. */
export type Identity = {
  readonly id: bigint;
  readonly clusterId: bigint;
  /** Strictly MAJOR.MINOR.PATCH: anything else stops a Go peer. */
  readonly version: string;
  readonly urls: readonly string[];
};

/** Headers of an incoming request, names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A refusal: status and body to answer with. */
export type Refusal = { readonly status: number; readonly body: string };

/** Headers of every request to a peer. @param to set for streams only. */
export function requestHeaders(identity: Identity, to?: bigint): Record<string, string> {
  const headers: Record<string, string> = {
    [Header.ServerFrom]: idToHex(identity.id),
    [Header.ServerVersion]: identity.version,
    [Header.MinClusterVersion]: MIN_CLUSTER_VERSION,
    [Header.ClusterId]: idToHex(identity.clusterId),
    [Header.PeerUrls]: identity.urls.join(","),
  };
  if (to !== undefined) headers[Header.RaftTo] = idToHex(to);
  return headers;
}

/** The first check that a request fails: versions, then cluster. */
export function checkRequest(identity: Identity, headers: RequestHeaders): Refusal | undefined {
  const version = one(headers, Header.ServerVersion) ?? UNKNOWN_VERSION;
  const minCluster = one(headers, Header.MinClusterVersion) ?? UNKNOWN_VERSION;
  if (!isCompatible(identity.version, version, minCluster)) return { status: 412, body: "incompatible version\n" };
  if (one(headers, Header.ClusterId) !== idToHex(identity.clusterId)) {
    return { status: 412, body: "cluster ID mismatch\n" };
  }
  return undefined;
}

/** True if a peer of `version` that accepts clusters from `minCluster` on can talk to a member of version `local`. */
export function isCompatible(local: string, version: string, minCluster: string): boolean {
  const peer = majorMinor(version);
  const peerMin = majorMinor(minCluster);
  const own = majorMinor(local);
  const ownMin = majorMinor(MIN_CLUSTER_VERSION);
  if (peer === undefined || peerMin === undefined || own === undefined || ownMin === undefined) return false;
  return peer >= ownMin && peerMin <= own;
}

/** The sender and its URLs, where both are given: enough to answer a member that is not known yet. */
export function remoteOf(
  headers: RequestHeaders,
): { readonly id: bigint; readonly urls: readonly string[] } | undefined {
  const id = idFromHex(one(headers, Header.ServerFrom) ?? "");
  const urls = (one(headers, Header.PeerUrls) ?? "").split(",").filter((url) => /^https?:\/\/[^/?#@\s]+$/.test(url));
  return id === undefined || id === 0n || urls.length === 0 ? undefined : { id, urls };
}

/** One header's value. */
export function one(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}

/** major * 1000 + minor, for order; undefined for text that is no version. */
function majorMinor(version: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.\d{1,6}/.exec(version);
  return match === null ? undefined : Number(match[1]) * 1000 + Number(match[2]);
}
