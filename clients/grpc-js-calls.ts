/** Checks of unary calls: answers, errors by code and text, metadata, deadlines. */
import assert from "node:assert/strict";
import { Metadata, status } from "@grpc/grpc-js";
import type { Checks } from "./checks.ts";
import type { GrpcJs, Message } from "./grpc-js-client.ts";

const CONCURRENT = 500;
const TOO_LARGE_BYTES = 1_600_000;
const BEYOND_TRANSPORT_BYTES = 2_200_000;

/** Requests that fail, and nothing else. */
const REFUSED: readonly (readonly [name: string, request: Message])[] = [
  ["KV/Range", {}],
  ["KV/Range", { key: bytes("a"), revision: "100000000" }],
  ["KV/Put", { value: bytes("x") }],
  ["KV/Put", { key: bytes("a"), lease: "77" }],
  ["KV/Put", { key: bytes("a"), value: bytes("x"), ignore_value: true }],
  ["KV/Put", { key: bytes("a"), lease: "77", ignore_lease: true }],
  ["KV/Put", { key: bytes("there is no such key"), ignore_value: true }],
  ["KV/Put", { key: bytes("a"), value: new Uint8Array(TOO_LARGE_BYTES) }],
  ["KV/Put", { key: bytes("a"), value: new Uint8Array(BEYOND_TRANSPORT_BYTES) }],
  ["KV/DeleteRange", {}],
  ["KV/Txn", { success: Array.from({ length: 129 }, () => ({ request_range: { key: bytes("a") } })) }],
  ["KV/Txn", { success: [{ request_put: { key: bytes("a") } }, { request_put: { key: bytes("a") } }] }],
  ["KV/Txn", { success: [{}] }],
  ["KV/Txn", { compare: [{}] }],
  ["KV/Compact", { revision: "100000000" }],
  ["KV/Compact", { revision: "-1" }],
  ["Lease/LeaseGrant", { TTL: "9000000001" }],
  ["Lease/LeaseRevoke", { ID: "77" }],
  ["Cluster/MemberAdd", {}],
  ["Cluster/MemberAdd", { peerURLs: ["not a url"] }],
  ["Cluster/MemberRemove", { ID: "77" }],
  ["Cluster/MemberUpdate", { ID: "77", peerURLs: ["http://127.0.0.1:1"] }],
  ["Cluster/MemberPromote", { ID: "77" }],
  ["Maintenance/MoveLeader", { targetID: "77" }],
  ["Maintenance/HashKV", { revision: "100000000" }],
  ["Maintenance/Downgrade", { action: 99 }],
  ["Health/Check", { service: "nothing" }],
];

export const CALLS: Checks<GrpcJs> = {
  "a put, a read and a deletion": async (client) => {
    const put = await client.call("KV/Put", { key: bytes("a"), value: bytes("1") });
    const again = await client.call("KV/Put", { key: bytes("a"), value: bytes("2"), prev_kv: true });
    const range = await client.call("KV/Range", { key: bytes("a") });
    const gone = await client.call("KV/DeleteRange", { key: bytes("a"), prev_kv: true });
    return [put, again, range, gone].map(withoutIdentities);
  },
  "every service answers": async (client) => {
    const { version, isLearner, errors } = await client.call("Maintenance/Status", {});
    const { members } = await client.call("Cluster/MemberList", { linearizable: true });
    const alarms = await client.call("Maintenance/Alarm", {});
    const health = await client.call("Health/Check", {});
    const defragment = await client.call("Maintenance/Defragment", {});
    const { leases } = await client.call("Lease/LeaseLeases", {});
    const hash = await client.call("Maintenance/HashKV", {});
    const names = (members as Message[]).map(({ name }) => name);
    return [version, isLearner, errors, names, health, leases, defragment, ...[alarms, hash].map(withoutIdentities)];
  },
  "a transaction in a transaction": async (client) => {
    const inner = {
      compare: [{ key: bytes("n"), target: 0, version: "0" }],
      success: [put("n", "1")],
      failure: [put("n", "2")],
    };
    const txn = { success: [put("m", "1"), { request_txn: inner }, { request_range: { key: bytes("m") } }] };
    return [withoutIdentities(await client.call("KV/Txn", txn)), withoutIdentities(await client.call("KV/Txn", txn))];
  },
  "what is refused, with code and text": async (client) => {
    const endings: unknown[] = [];
    for (const [name, request] of REFUSED) endings.push([name, await client.fails(name, request)]);
    return endings;
  },
  "a lease is granted once": async (client) => {
    const grant = await client.call("Lease/LeaseGrant", { ID: "501", TTL: "100" });
    const twice = await client.fails("Lease/LeaseGrant", { ID: "501", TTL: "100" });
    await client.call("KV/Put", { key: bytes("leased"), lease: "501" });
    const { keys, grantedTTL } = await client.call("Lease/LeaseTimeToLive", { ID: "501", keys: true });
    const unknown = await client.call("Lease/LeaseTimeToLive", { ID: "502" });
    await client.call("Lease/LeaseRevoke", { ID: "501" });
    const { count } = await client.call("KV/Range", { key: bytes("leased") });
    assert.equal(count, "0");
    return [withoutIdentities(grant), twice, keys, grantedTTL, withoutIdentities(unknown)];
  },
  "a call that asks for a leader, of a member that has one": async (client) => {
    const metadata = new Metadata();
    metadata.set("hasleader", "true");
    metadata.set("client-api-version", "3.5");
    const { count } = await client.call("KV/Range", { key: bytes("nothing") }, { metadata });
    assert.equal(count, "0");
  },
  "a call whose time is over": async (client) => {
    const { code } = await client.fails("KV/Put", { key: bytes("late") }, { deadlineMs: -1_000 });
    assert.equal(code, status.DEADLINE_EXCEEDED);
  },
  "a method and a service that there are not": async (client) => [
    await client.unknown("/etcdserverpb.KV/Nothing"),
    await client.unknown("/nothing.Service/Nothing"),
  ],
  "a token while there is no authentication": async (client) => {
    const metadata = new Metadata();
    metadata.set("token", "nobody's");
    const range = await client.call("KV/Range", { key: bytes("nothing") }, { metadata });
    return withoutIdentities(range);
  },
  "many calls at once on one connection": async (client) => {
    const keys = Array.from({ length: CONCURRENT }, (_, i) => bytes(`at-once/${i}`));
    await Promise.all(keys.map((key) => client.call("KV/Put", { key, value: key })));
    const { count } = await client.call("KV/Range", {
      key: bytes("at-once/"),
      range_end: bytes("at-once0"),
      count_only: true,
    });
    assert.equal(count, String(CONCURRENT));
  },
};

export function bytes(text: string): Buffer {
  return Buffer.from(text);
}

/** The message without who answered, in which term. */
export function withoutIdentities(message: Message): Message {
  const header = message["header"] as Message | null | undefined;
  return header === undefined || header === null ? message : { ...message, header: { revision: header["revision"] } };
}

function put(key: string, value: string): Message {
  return { request_put: { key: bytes(key), value: bytes(value) } };
}
