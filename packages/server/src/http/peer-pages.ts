/**
 * The pages of the peer port that are not rafthttp's: what members ask of each other beside raft messages. A member of etcd's own may be the
 * one who asks, so that every byte and status counts.
 */
import { idToHex, UINT64_MAX } from "@quorate/base";
import { formatMember } from "@quorate/machine";
import {
  decodeLeaseInternalRequest,
  decodeLeaseKeepAliveRequest,
  encodeLeaseInternalResponse,
  encodeLeaseKeepAliveResponse,
  newResponseHeader,
} from "@quorate/proto";
import { route } from "./client-pages.ts";
import { getOnly, type Header, json, methodNotAllowed, type Page, type PageResponse, textLine } from "./page.ts";
import { failureText, type HashedRevision, type LeaseFailure, type ServerPages } from "./server-pages.ts";
import { versionPage } from "./version-page.ts";

const PROMOTE_PREFIX = "/members/promote/";
const UNREADABLE = "error unmarshalling request";
/** What can be said of a revision in JSON: an int64. */
const MAX_INT64 = 2 ** 63;

export function peerPages(server: ServerPages): Page {
  const pages = route(
    new Map<string, Page>([
      ["/version", versionPage(server)],
      ["/members", membersPage(server)],
      ["/members/hashkv", hashKvPage(server)],
      ["/leases", leasesPage(server)],
      ["/leases/internal", leasesInternalPage(server)],
      ["/downgrade/enabled", downgradePage(server)],
    ]),
  );
  const promote = promotePage(server);
  return (request, respond) => (request.path.startsWith(PROMOTE_PREFIX) ? promote : pages)(request, respond);
}

function clusterHeader({ clusterId }: ServerPages): Header {
  return ["X-Etcd-Cluster-Id", idToHex(clusterId)];
}

/** The members as a JSON array. Ids are numbers of 64 bits, which no JSON writer of JavaScript could write. */
function formatMembers(server: ServerPages): string {
  return `[${server
    .members()
    .map((member) => formatMember(member))
    .join(",")}]\n`;
}

function membersPage(server: ServerPages): Page {
  return getOnly((_request, respond) => respond(json(200, formatMembers(server), [clusterHeader(server)])));
}

function promotePage(server: ServerPages): Page {
  return (request, respond) => {
    if (request.method !== "POST") return respond(methodNotAllowed("POST"));
    const headers = [clusterHeader(server)];
    const text = request.path.slice(PROMOTE_PREFIX.length);
    const id = parseDecimalId(text);
    if (id === undefined) return respond(textLine(404, `member ${text} not found in cluster`, headers));
    server.promote(id, request.header("authorization"), (result) => {
      if (result.kind === "promoted") return respond(json(200, formatMembers(server), headers));
      switch (result.code) {
        case "MemberNotFound":
          return respond(textLine(404, "membership: ID not found", headers));
        case "MemberNotLearner":
          return respond(textLine(412, "membership: can only promote a learner member", headers));
        case "LearnerNotReady":
          return respond(textLine(412, failureText(result.code), headers));
        default:
          return respond(json(500, '{"message":"Internal Server Error"}', headers));
      }
    });
  };
}

function parseDecimalId(text: string): bigint | undefined {
  if (!/^\d{1,32}$/.test(text)) return undefined;
  const id = BigInt(text);
  return id > UINT64_MAX ? undefined : id;
}

function hashKvPage(server: ServerPages): Page {
  return getOnly((request, respond) => {
    const cluster = request.header("x-etcd-cluster-id");
    if (cluster !== undefined && cluster !== idToHex(server.clusterId)) {
      return respond(textLine(412, "cluster ID mismatch"));
    }
    const revision = parseHashRequest(request.body);
    if (revision === undefined) return respond(textLine(400, UNREADABLE));
    server.hashKv(revision, (result) => {
      if (result.kind === "hashed") {
        return respond(json(200, formatHash(result.hashed), [clusterHeader(server)]));
      }
      // Members know these two by the sentence of the store, without the server's prefix.
      respond(textLine(400, failureText(result.code).replace(/^etcdserver: (?=mvcc: )/, "")));
    });
  });
}

/** The revision that is asked for, 0 if none is named; undefined if the body is no such request. Go does not look at the case of names. */
export function parseHashRequest(body: Uint8Array): number | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  if (parsed === null) return 0;
  if (typeof parsed !== "object" || Array.isArray(parsed)) return undefined;
  let revision = 0;
  for (const [name, value] of Object.entries(parsed)) {
    if (name.toLowerCase() !== "revision" || value === null) continue;
    if (!Number.isInteger(value) || value >= MAX_INT64 || value < -MAX_INT64) return undefined;
    revision = Math.min(value, Number.MAX_SAFE_INTEGER);
  }
  return revision;
}

/** Zero fields are left out, numbers are plain. */
function formatHash({ revision, hash, compactRevision, hashRevision }: HashedRevision): string {
  const fields = [`"header":{${revision === 0 ? "" : `"revision":${revision}`}}`];
  if (hash !== 0) fields.push(`"hash":${hash}`);
  if (compactRevision !== 0) fields.push(`"compact_revision":${compactRevision}`);
  if (hashRevision !== undefined && hashRevision !== 0) fields.push(`"hash_revision":${hashRevision}`);
  return `{${fields.join(",")}}`;
}

/** A follower passes on a keep-alive of one of its clients. */
function leasesPage(server: ServerPages): Page {
  return (request, respond) => {
    if (request.method !== "POST") return respond(methodNotAllowed());
    const asked = decoded(decodeLeaseKeepAliveRequest, request.body);
    if (asked === undefined) return respond(textLine(400, UNREADABLE));
    const { ID } = asked;
    server.renewLease(ID, (result) => {
      if (result.kind !== "renewed") return respond(leaseFailure(result, 400));
      respond(protobuf(encodeLeaseKeepAliveResponse({ header: undefined, ID, TTL: result.ttlSeconds })));
    });
  };
}

/** A follower asks how long a lease has to live. */
function leasesInternalPage(server: ServerPages): Page {
  return (request, respond) => {
    if (request.method !== "POST") return respond(methodNotAllowed());
    const asked = decoded(decodeLeaseInternalRequest, request.body)?.leaseTimeToLiveRequest;
    // Divergence: etcd panics where the inner request is missing. See docs/divergence.md.
    if (asked === undefined) return respond(textLine(400, UNREADABLE));
    const { ID, keys: wantsKeys } = asked;
    server.leaseTimeToLive(ID, wantsKeys, (result) => {
      if (result.kind !== "alive") return respond(leaseFailure(result, 500));
      const { ttlSeconds: TTL, grantedSeconds: grantedTTL, keys } = result;
      // The header is there, and empty.
      const response = { header: newResponseHeader(), ID, TTL, grantedTTL, keys: [...keys] };
      respond(protobuf(encodeLeaseInternalResponse({ leaseTimeToLiveResponse: response })));
    });
  };
}

function leaseFailure({ kind }: LeaseFailure, demotedStatus: number): PageResponse {
  switch (kind) {
    case "missing":
      return textLine(404, "lease not found");
    case "late":
      return textLine(408, "waiting for node to catch up its applied index has timed out");
    case "demoted":
      return textLine(demotedStatus, "not a primary lessor");
  }
}

function downgradePage(server: ServerPages): Page {
  return getOnly((_request, respond) => {
    const headers = [clusterHeader(server)];
    server.downgradeEnabled((result) => {
      if (result.kind === "read") {
        const type: Header = ["Content-Type", "text/plain"];
        return respond({ status: 200, headers: [type, ...headers], body: String(result.isEnabled) });
      }
      respond(textLine(500, `failed linearized read: ${failureText(result.code)}`, headers));
    });
  });
}

function protobuf(body: Uint8Array): PageResponse {
  return { status: 200, headers: [["Content-Type", "application/protobuf"]], body };
}

function decoded<T>(decode: (bytes: Uint8Array) => T, body: Uint8Array): T | undefined {
  try {
    return decode(body);
  } catch {
    return undefined;
  }
}
