/** Requests as octets: what proto's encoders write, and what they never would but a client may. */
import { bytesMethod, type MethodDescriptor } from "@quorate/grpc";
import {
  type CompactionRequest,
  type DeleteRangeRequest,
  type HashKVRequest,
  KVService,
  type LeaseGrantRequest,
  type LeaseLeasesRequest,
  type LeaseRevokeRequest,
  LeaseService,
  type LeaseTimeToLiveRequest,
  MaintenanceService,
  type Method,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
} from "@quorate/proto";

/** One request of the differential test. */
export type Operation = {
  /** Name for people: "KV/Range". */
  readonly name: string;
  readonly descriptor: MethodDescriptor<Uint8Array, unknown>;
  /** The message; to read an answer takes knowing the question. */
  readonly request: object;
  readonly bytes: Uint8Array;
  /** Changes nothing, so that it may run beside others of its kind. */
  readonly isRead: boolean;
  /** What was added to the octets of the message. */
  readonly oddity: string;
};

/** Octets that a message may end with without a change of its meaning, or with one that no encoder of ours can express. */
export const ODDITIES: Readonly<Record<string, Uint8Array>> = {
  none: new Uint8Array(),
  "range_end of length 0": Uint8Array.of(0x12, 0),
  "unknown varint field": Uint8Array.of(0xf8, 0x07, 0x01),
  "unknown bytes field": Uint8Array.of(0xfa, 0x07, 0x02, 0x01, 0x02),
};

export type Requests = {
  readonly range: RangeRequest;
  readonly put: PutRequest;
  readonly deleteRange: DeleteRangeRequest;
  readonly txn: TxnRequest;
  readonly compact: CompactionRequest;
  readonly leaseGrant: LeaseGrantRequest;
  readonly leaseRevoke: LeaseRevokeRequest;
  readonly leaseTimeToLive: LeaseTimeToLiveRequest;
  readonly leaseLeases: LeaseLeasesRequest;
  readonly hashKV: HashKVRequest;
};

export type MethodName = keyof Requests;

/** The client's half of a method. */
type Half<Request> = Pick<
  Method<Request, unknown>,
  "path" | "isClientStreaming" | "isServerStreaming" | "encodeRequest" | "decodeResponse"
>;

const METHODS: { readonly [N in MethodName]: Half<Requests[N]> } = {
  range: KVService.range,
  put: KVService.put,
  deleteRange: KVService.deleteRange,
  txn: KVService.txn,
  compact: KVService.compact,
  leaseGrant: LeaseService.leaseGrant,
  leaseRevoke: LeaseService.leaseRevoke,
  leaseTimeToLive: LeaseService.leaseTimeToLive,
  leaseLeases: LeaseService.leaseLeases,
  hashKV: MaintenanceService.hashKV,
};

const READS: ReadonlySet<MethodName> = new Set(["range", "leaseTimeToLive", "leaseLeases", "hashKV"]);

/** An operation of a unary method. */
export function operation<N extends MethodName>(name: N, request: Requests[N], oddity = "none"): Operation {
  const method = METHODS[name];
  const encoded = method.encodeRequest(request);
  const extra = ODDITIES[oddity] ?? new Uint8Array();
  const bytes = new Uint8Array(encoded.length + extra.length);
  bytes.set(encoded);
  bytes.set(extra, encoded.length);
  const descriptor = rawRequests(method);
  return { name, descriptor, request, bytes, isRead: READS.has(name), oddity };
}

const descriptors = new Map<string, MethodDescriptor<Uint8Array, unknown>>();

/** The method with requests that are octets already. */
function rawRequests(method: Half<never>): MethodDescriptor<Uint8Array, unknown> {
  const known = descriptors.get(method.path);
  if (known !== undefined) return known;
  const { decodeResponse } = method;
  const encodeResponse = (): Uint8Array => new Uint8Array();
  const descriptor = { ...bytesMethod(method.path, method), decodeResponse, encodeResponse };
  descriptors.set(method.path, descriptor);
  return descriptor;
}

/** Any message as a text that is equal exactly when all fields are. */
export function describe(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => {
    if (field instanceof Uint8Array) return textOf(field);
    return typeof field === "bigint" ? `${field}n` : field;
  });
}

const MAX_SHOWN_BYTES = 64;

function textOf(bytes: Uint8Array): string {
  if (bytes.length > MAX_SHOWN_BYTES) return `${bytes.length} octets of hash ${hash(bytes)}`;
  return Buffer.from(bytes).toString("latin1");
}

function hash(bytes: Uint8Array): number {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}
