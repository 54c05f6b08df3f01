/** The flags of one member and of its cluster: names, kinds and defaults are etcd's. */
import { type FlagRow, type FlagSpec, specsOf } from "./flag-spec.ts";

const NO_MLOCK = "Node.js cannot lock pages in memory";
const NO_REUSE_PORT = "Node.js 20 cannot set SO_REUSEPORT";
const NO_DISCOVERY = "discovery is not part of this release; list the members in --initial-cluster";

const MEMBER: readonly FlagRow[] = [
  ["name", "string", "default", "Human-readable name for this member."],
  ["data-dir", "string", "", "Path to the data directory; NAME.etcd when it is empty."],
  ["wal-dir", "string", "", "Path to a directory of its own for the write-ahead log."],
  ["snapshot-count", "uint", "10000", "Applied entries between two snapshots of raft."],
  [
    "snapshot-catchup-entries",
    "uint",
    "5000",
    "Entries kept behind a snapshot for slow followers.",
    { experimental: true },
  ],
  ["heartbeat-interval", "uint", "100", "Milliseconds between heartbeats; one tick."],
  ["election-timeout", "uint", "1000", "Milliseconds without a leader before an election."],
  ["initial-election-tick-advance", "bool", "true", "Whether to shorten the wait for the first election on boot."],
  ["listen-peer-urls", "urls", "http://localhost:2380", "URLs to listen on for peer traffic."],
  ["listen-client-urls", "urls", "http://localhost:2379", "URLs to listen on for clients: gRPC and HTTP."],
  ["listen-client-http-urls", "urls", "", "URLs for HTTP only; --listen-client-urls then serves gRPC only."],
  ["max-snapshots", "uint", "5", "Snapshot files to keep (0 is unlimited)."],
  ["max-wals", "uint", "5", "Log files to keep (0 is unlimited)."],
  ["memory-mlock", "bool", "false", "Lock pages in memory.", { experimental: true, refused: NO_MLOCK }],
  ["quota-backend-bytes", "int", "0", "Largest size of the database in bytes: 0 is 2 GiB, below 0 no limit."],
  [
    "backend-bbolt-freelist-type",
    "choice",
    "map",
    "Taken for compatibility: map or array.",
    { choices: ["map", "array"] },
  ],
  ["backend-batch-interval", "duration", "0s", "Longest time before the backend commits; 0 is 100ms."],
  ["backend-batch-limit", "int", "0", "Most changes before the backend commits; 0 is 10000."],
  ["max-txn-ops", "uint", "128", "Most operations in a transaction."],
  ["max-request-bytes", "uint", "1572864", "Largest request of a client in bytes."],
  ["max-concurrent-streams", "uint32", "4294967295", "Most concurrent streams of one connection."],
  ["grpc-keepalive-min-time", "duration", "5s", "Least time between two pings of a client."],
  ["grpc-keepalive-interval", "duration", "2h0m0s", "Time between the server's pings (0 to disable)."],
  ["grpc-keepalive-timeout", "duration", "20s", "Wait for the answer to a ping (0 to disable)."],
  [
    "socket-reuse-port",
    "bool",
    "false",
    "Set SO_REUSEPORT on listeners.",
    { file: "socket-options/reuse-port", refused: NO_REUSE_PORT },
  ],
  ["socket-reuse-address", "bool", "false", "Set SO_REUSEADDR on listeners.", { file: "socket-options/reuse-address" }],
  ["enable-grpc-gateway", "bool", "true", "Serve the JSON gateway."],
  ["raft-read-timeout", "duration", "5s", "Read timeout of peer connections, at least 5s.", { file: "none" }],
  ["raft-write-timeout", "duration", "5s", "Write timeout of peer connections, at least 5s.", { file: "none" }],
  ["feature-gates", "gates", "", "Features to turn on or off: A=true,B=false."],
];

const CLUSTERING: readonly FlagRow[] = [
  ["initial-advertise-peer-urls", "urls", "http://localhost:2380", "Peer URLs that the other members are told."],
  ["initial-cluster", "string", "default=http://localhost:2380", "The members to start with: name=url,name=url."],
  [
    "initial-cluster-state",
    "choice",
    "new",
    "new for a new cluster, existing for a member that joins one.",
    { choices: ["new", "existing"] },
  ],
  ["initial-cluster-token", "string", "etcd-cluster", "Text that keeps clusters with the same URLs apart."],
  ["advertise-client-urls", "urls", "http://localhost:2379", "Client URLs that clients are told."],
  ["strict-reconfig-check", "bool", "true", "Refuse changes of membership that would lose the quorum."],
  ["pre-vote", "bool", "true", "Ask before an election whether it could be won."],
  ["auto-compaction-mode", "string", "periodic", "What the retention is: periodic (a time) or revision (a count)."],
  ["auto-compaction-retention", "string", "0", "History to keep, in hours, as a duration or a count; 0 is off."],
];

const CLIENT = "discovery-config/client";

/** All of them are refused, but judged first, so that a wrong combination is called by its name. */
const DISCOVERY: readonly FlagRow[] = [
  ["discovery-token", "string", "", "Token of the discovery service.", { file: "discovery-config/token" }],
  ["discovery-endpoints", "strings", "", "Endpoints of the discovery service.", { file: `${CLIENT}/endpoints` }],
  ["discovery-dial-timeout", "duration", "2s", "Its dial timeout.", { file: `${CLIENT}/dial-timeout` }],
  ["discovery-request-timeout", "duration", "5s", "Its request timeout.", { file: `${CLIENT}/request-timeout` }],
  ["discovery-keepalive-time", "duration", "2s", "Its keepalive time.", { file: `${CLIENT}/keepalive-time` }],
  ["discovery-keepalive-timeout", "duration", "6s", "Its keepalive timeout.", { file: `${CLIENT}/keepalive-timeout` }],
  [
    "discovery-insecure-transport",
    "bool",
    "true",
    "Speak to it without TLS.",
    { file: `${CLIENT}/secure/insecure-transport` },
  ],
  [
    "discovery-insecure-skip-tls-verify",
    "bool",
    "false",
    "Do not verify its certificate.",
    { file: `${CLIENT}/secure/insecure-skip-tls-verify` },
  ],
  ["discovery-cert", "string", "", "Client certificate for it.", { file: `${CLIENT}/secure/cert` }],
  ["discovery-key", "string", "", "Key of that certificate.", { file: `${CLIENT}/secure/key` }],
  ["discovery-cacert", "string", "", "CA of its certificate.", { file: `${CLIENT}/secure/cacert` }],
  ["discovery-user", "string", "", "User at it.", { file: `${CLIENT}/auth/username` }],
  ["discovery-password", "string", "", "Password at it.", { file: `${CLIENT}/auth/password` }],
  [
    "discovery-fallback",
    "choice",
    "exit",
    "What to do when discovery fails.",
    { choices: ["exit", "proxy"], file: "none" },
  ],
  ["discovery-srv", "string", "", "DNS domain that lists the members."],
  ["discovery-srv-name", "string", "", "Suffix of the DNS service name."],
];

export function memberFlags(): FlagSpec[] {
  const discovery = specsOf("Clustering", DISCOVERY).map((spec) => ({ ...spec, refused: NO_DISCOVERY }));
  return [...specsOf("Member", MEMBER), ...specsOf("Clustering", CLUSTERING), ...discovery];
}
