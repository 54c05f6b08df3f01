/**
 * What the log holds: the payload of an entry. Field-compatible with etcdserverpb.
 * Generated from proto/raft-internal.proto by `npm run protogen`; do not edit.
 */
import { type AuthEnableRequest, readAuthEnableRequest, sizeAuthEnableRequest, writeAuthEnableRequest, type AuthDisableRequest, readAuthDisableRequest, sizeAuthDisableRequest, writeAuthDisableRequest, type AuthStatusRequest, readAuthStatusRequest, sizeAuthStatusRequest, writeAuthStatusRequest, type AuthUserAddRequest, readAuthUserAddRequest, sizeAuthUserAddRequest, writeAuthUserAddRequest, type AuthUserGetRequest, readAuthUserGetRequest, sizeAuthUserGetRequest, writeAuthUserGetRequest, type AuthUserDeleteRequest, readAuthUserDeleteRequest, sizeAuthUserDeleteRequest, writeAuthUserDeleteRequest, type AuthUserChangePasswordRequest, readAuthUserChangePasswordRequest, sizeAuthUserChangePasswordRequest, writeAuthUserChangePasswordRequest, type AuthUserGrantRoleRequest, readAuthUserGrantRoleRequest, sizeAuthUserGrantRoleRequest, writeAuthUserGrantRoleRequest, type AuthUserRevokeRoleRequest, readAuthUserRevokeRoleRequest, sizeAuthUserRevokeRoleRequest, writeAuthUserRevokeRoleRequest, type AuthUserListRequest, readAuthUserListRequest, sizeAuthUserListRequest, writeAuthUserListRequest, type AuthRoleAddRequest, readAuthRoleAddRequest, sizeAuthRoleAddRequest, writeAuthRoleAddRequest, type AuthRoleGetRequest, readAuthRoleGetRequest, sizeAuthRoleGetRequest, writeAuthRoleGetRequest, type AuthRoleListRequest, readAuthRoleListRequest, sizeAuthRoleListRequest, writeAuthRoleListRequest, type AuthRoleDeleteRequest, readAuthRoleDeleteRequest, sizeAuthRoleDeleteRequest, writeAuthRoleDeleteRequest, type AuthRoleGrantPermissionRequest, readAuthRoleGrantPermissionRequest, sizeAuthRoleGrantPermissionRequest, writeAuthRoleGrantPermissionRequest, type AuthRoleRevokePermissionRequest, readAuthRoleRevokePermissionRequest, sizeAuthRoleRevokePermissionRequest, writeAuthRoleRevokePermissionRequest } from "./auth.ts";
import { type RangeRequest, readRangeRequest, sizeRangeRequest, writeRangeRequest, type PutRequest, readPutRequest, sizePutRequest, writePutRequest, type DeleteRangeRequest, readDeleteRangeRequest, sizeDeleteRangeRequest, writeDeleteRangeRequest, type TxnRequest, readTxnRequest, sizeTxnRequest, writeTxnRequest, type CompactionRequest, readCompactionRequest, sizeCompactionRequest, writeCompactionRequest } from "./kv.ts";
import { type LeaseGrantRequest, readLeaseGrantRequest, sizeLeaseGrantRequest, writeLeaseGrantRequest, type LeaseRevokeRequest, readLeaseRevokeRequest, sizeLeaseRevokeRequest, writeLeaseRevokeRequest, type LeaseCheckpointRequest, readLeaseCheckpointRequest, sizeLeaseCheckpointRequest, writeLeaseCheckpointRequest } from "./lease.ts";
import { type AlarmRequest, readAlarmRequest, sizeAlarmRequest, writeAlarmRequest, type DowngradeVersionTestRequest, readDowngradeVersionTestRequest, sizeDowngradeVersionTestRequest, writeDowngradeVersionTestRequest } from "./maintenance.ts";
import { type ClusterVersionSetRequest, readClusterVersionSetRequest, sizeClusterVersionSetRequest, writeClusterVersionSetRequest, type ClusterMemberAttrSetRequest, readClusterMemberAttrSetRequest, sizeClusterMemberAttrSetRequest, writeClusterMemberAttrSetRequest, type DowngradeInfoSetRequest, readDowngradeInfoSetRequest, sizeDowngradeInfoSetRequest, writeDowngradeInfoSetRequest } from "./membershippb.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

export type RequestHeader = {
  /** Tells proposals apart; the proposer waits for it. */
  ID: bigint;
  /** Who asks, where auth is on. */
  username: string;
  /** The state of auth under which the request was admitted. */
  authRevision: number;
};

/** A RequestHeader with defaults for what `init` leaves out. */
export function newRequestHeader(init: Partial<RequestHeader> = {}): RequestHeader {
  return {
    ID: init.ID ?? 0n,
    username: init.username ?? "",
    authRevision: init.authRevision ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeRequestHeader(x: RequestHeader): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.username !== "") size += 1 + sizeString(x.username);
  if (x.authRevision !== 0) size += 1 + sizeNumber(x.authRevision);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRequestHeader` bytes. */
export function writeRequestHeader(w: Writer, x: RequestHeader): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.username !== "") {
    w.number(18);
    w.string(x.username);
  }
  if (x.authRevision !== 0) {
    w.number(24);
    w.number(x.authRevision);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRequestHeader(r: Reader): RequestHeader {
  let ID = 0n;
  let username = "";
  let authRevision = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.id();
        break;
      case 18:
        username = r.string();
        break;
      case 24:
        authRevision = r.number();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    ID,
    username,
    authRevision,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRequestHeader(x: RequestHeader): Uint8Array {
  const bytes = new Uint8Array(sizeRequestHeader(x));
  writeRequestHeader(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRequestHeader(bytes: Uint8Array): RequestHeader {
  return readRequestHeader(new Reader(bytes));
}

export type EmptyResponse = Record<never, never>;

/** The EmptyResponse. */
export function newEmptyResponse(): EmptyResponse {
  return {};
}

/** Encoded length in bytes. */
export function sizeEmptyResponse(_x: EmptyResponse): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeEmptyResponse` bytes. */
export function writeEmptyResponse(_w: Writer, _x: EmptyResponse): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readEmptyResponse(r: Reader): EmptyResponse {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeEmptyResponse(x: EmptyResponse): Uint8Array {
  const bytes = new Uint8Array(sizeEmptyResponse(x));
  writeEmptyResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeEmptyResponse(bytes: Uint8Array): EmptyResponse {
  return readEmptyResponse(new Reader(bytes));
}

/** As AuthenticateRequest; the password stays out of the log. */
export type InternalAuthenticateRequest = {
  name: string;
  password: string;
  simpleToken: string;
};

/** An InternalAuthenticateRequest with defaults for what `init` leaves out. */
export function newInternalAuthenticateRequest(init: Partial<InternalAuthenticateRequest> = {}): InternalAuthenticateRequest {
  return {
    name: init.name ?? "",
    password: init.password ?? "",
    simpleToken: init.simpleToken ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeInternalAuthenticateRequest(x: InternalAuthenticateRequest): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  if (x.password !== "") size += 1 + sizeString(x.password);
  if (x.simpleToken !== "") size += 1 + sizeString(x.simpleToken);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeInternalAuthenticateRequest` bytes. */
export function writeInternalAuthenticateRequest(w: Writer, x: InternalAuthenticateRequest): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
  if (x.password !== "") {
    w.number(18);
    w.string(x.password);
  }
  if (x.simpleToken !== "") {
    w.number(26);
    w.string(x.simpleToken);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readInternalAuthenticateRequest(r: Reader): InternalAuthenticateRequest {
  let name = "";
  let password = "";
  let simpleToken = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      case 18:
        password = r.string();
        break;
      case 26:
        simpleToken = r.string();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    name,
    password,
    simpleToken,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeInternalAuthenticateRequest(x: InternalAuthenticateRequest): Uint8Array {
  const bytes = new Uint8Array(sizeInternalAuthenticateRequest(x));
  writeInternalAuthenticateRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeInternalAuthenticateRequest(bytes: Uint8Array): InternalAuthenticateRequest {
  return readInternalAuthenticateRequest(new Reader(bytes));
}

/** Which field of `InternalRaftRequest.body` is set. */
export type InternalRaftRequestBody =
  | { readonly kind: "range"; readonly value: RangeRequest }
  | { readonly kind: "put"; readonly value: PutRequest }
  | { readonly kind: "deleteRange"; readonly value: DeleteRangeRequest }
  | { readonly kind: "txn"; readonly value: TxnRequest }
  | { readonly kind: "compaction"; readonly value: CompactionRequest }
  | { readonly kind: "leaseGrant"; readonly value: LeaseGrantRequest }
  | { readonly kind: "leaseRevoke"; readonly value: LeaseRevokeRequest }
  | { readonly kind: "alarm"; readonly value: AlarmRequest }
  | { readonly kind: "leaseCheckpoint"; readonly value: LeaseCheckpointRequest }
  | { readonly kind: "authEnable"; readonly value: AuthEnableRequest }
  | { readonly kind: "authDisable"; readonly value: AuthDisableRequest }
  | { readonly kind: "authenticate"; readonly value: InternalAuthenticateRequest }
  | { readonly kind: "authStatus"; readonly value: AuthStatusRequest }
  | { readonly kind: "authUserAdd"; readonly value: AuthUserAddRequest }
  | { readonly kind: "authUserDelete"; readonly value: AuthUserDeleteRequest }
  | { readonly kind: "authUserGet"; readonly value: AuthUserGetRequest }
  | { readonly kind: "authUserChangePassword"; readonly value: AuthUserChangePasswordRequest }
  | { readonly kind: "authUserGrantRole"; readonly value: AuthUserGrantRoleRequest }
  | { readonly kind: "authUserRevokeRole"; readonly value: AuthUserRevokeRoleRequest }
  | { readonly kind: "authUserList"; readonly value: AuthUserListRequest }
  | { readonly kind: "authRoleList"; readonly value: AuthRoleListRequest }
  | { readonly kind: "authRoleAdd"; readonly value: AuthRoleAddRequest }
  | { readonly kind: "authRoleDelete"; readonly value: AuthRoleDeleteRequest }
  | { readonly kind: "authRoleGet"; readonly value: AuthRoleGetRequest }
  | { readonly kind: "authRoleGrantPermission"; readonly value: AuthRoleGrantPermissionRequest }
  | { readonly kind: "authRoleRevokePermission"; readonly value: AuthRoleRevokePermissionRequest }
  | { readonly kind: "clusterVersionSet"; readonly value: ClusterVersionSetRequest }
  | { readonly kind: "clusterMemberAttrSet"; readonly value: ClusterMemberAttrSetRequest }
  | { readonly kind: "downgradeInfoSet"; readonly value: DowngradeInfoSetRequest }
  | { readonly kind: "downgradeVersionTest"; readonly value: DowngradeVersionTestRequest };

/** One request for all members to apply. etcd has no oneof here; on the wire it is the same, and exactly one is set. */
export type InternalRaftRequest = {
  header: RequestHeader | undefined;
  /** Before there was a header. */
  ID: bigint;
  body: InternalRaftRequestBody | undefined;
};

/** An InternalRaftRequest with defaults for what `init` leaves out. */
export function newInternalRaftRequest(init: Partial<InternalRaftRequest> = {}): InternalRaftRequest {
  return {
    header: init.header,
    ID: init.ID ?? 0n,
    body: init.body,
  };
}

/** Encoded length in bytes. */
export function sizeInternalRaftRequest(x: InternalRaftRequest): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.body !== undefined) {
    const one = x.body;
    switch (one.kind) {
      case "range": {
        const length = sizeRangeRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "put": {
        const length = sizePutRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "deleteRange": {
        const length = sizeDeleteRangeRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "txn": {
        const length = sizeTxnRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "compaction": {
        const length = sizeCompactionRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "leaseGrant": {
        const length = sizeLeaseGrantRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "leaseRevoke": {
        const length = sizeLeaseRevokeRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "alarm": {
        const length = sizeAlarmRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "leaseCheckpoint": {
        const length = sizeLeaseCheckpointRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
    }
  }
  if (x.header !== undefined) {
    const length = sizeRequestHeader(x.header);
    size += 2 + sizeNumber(length) + length;
  }
  if (x.body !== undefined) {
    const one = x.body;
    switch (one.kind) {
      case "authEnable": {
        const length = sizeAuthEnableRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authDisable": {
        const length = sizeAuthDisableRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authenticate": {
        const length = sizeInternalAuthenticateRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authStatus": {
        const length = sizeAuthStatusRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authUserAdd": {
        const length = sizeAuthUserAddRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authUserDelete": {
        const length = sizeAuthUserDeleteRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authUserGet": {
        const length = sizeAuthUserGetRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authUserChangePassword": {
        const length = sizeAuthUserChangePasswordRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authUserGrantRole": {
        const length = sizeAuthUserGrantRoleRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authUserRevokeRole": {
        const length = sizeAuthUserRevokeRoleRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authUserList": {
        const length = sizeAuthUserListRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authRoleList": {
        const length = sizeAuthRoleListRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authRoleAdd": {
        const length = sizeAuthRoleAddRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authRoleDelete": {
        const length = sizeAuthRoleDeleteRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authRoleGet": {
        const length = sizeAuthRoleGetRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authRoleGrantPermission": {
        const length = sizeAuthRoleGrantPermissionRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "authRoleRevokePermission": {
        const length = sizeAuthRoleRevokePermissionRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "clusterVersionSet": {
        const length = sizeClusterVersionSetRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "clusterMemberAttrSet": {
        const length = sizeClusterMemberAttrSetRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "downgradeInfoSet": {
        const length = sizeDowngradeInfoSetRequest(one.value);
        size += 2 + sizeNumber(length) + length;
        break;
      }
      case "downgradeVersionTest": {
        const length = sizeDowngradeVersionTestRequest(one.value);
        size += 3 + sizeNumber(length) + length;
        break;
      }
    }
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeInternalRaftRequest` bytes. */
export function writeInternalRaftRequest(w: Writer, x: InternalRaftRequest): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.body !== undefined) {
    const one = x.body;
    switch (one.kind) {
      case "range": {
        w.number(26);
        w.number(sizeRangeRequest(one.value));
        writeRangeRequest(w, one.value);
        break;
      }
      case "put": {
        w.number(34);
        w.number(sizePutRequest(one.value));
        writePutRequest(w, one.value);
        break;
      }
      case "deleteRange": {
        w.number(42);
        w.number(sizeDeleteRangeRequest(one.value));
        writeDeleteRangeRequest(w, one.value);
        break;
      }
      case "txn": {
        w.number(50);
        w.number(sizeTxnRequest(one.value));
        writeTxnRequest(w, one.value);
        break;
      }
      case "compaction": {
        w.number(58);
        w.number(sizeCompactionRequest(one.value));
        writeCompactionRequest(w, one.value);
        break;
      }
      case "leaseGrant": {
        w.number(66);
        w.number(sizeLeaseGrantRequest(one.value));
        writeLeaseGrantRequest(w, one.value);
        break;
      }
      case "leaseRevoke": {
        w.number(74);
        w.number(sizeLeaseRevokeRequest(one.value));
        writeLeaseRevokeRequest(w, one.value);
        break;
      }
      case "alarm": {
        w.number(82);
        w.number(sizeAlarmRequest(one.value));
        writeAlarmRequest(w, one.value);
        break;
      }
      case "leaseCheckpoint": {
        w.number(90);
        w.number(sizeLeaseCheckpointRequest(one.value));
        writeLeaseCheckpointRequest(w, one.value);
        break;
      }
    }
  }
  if (x.header !== undefined) {
    w.number(802);
    w.number(sizeRequestHeader(x.header));
    writeRequestHeader(w, x.header);
  }
  if (x.body !== undefined) {
    const one = x.body;
    switch (one.kind) {
      case "authEnable": {
        w.number(8002);
        w.number(sizeAuthEnableRequest(one.value));
        writeAuthEnableRequest(w, one.value);
        break;
      }
      case "authDisable": {
        w.number(8090);
        w.number(sizeAuthDisableRequest(one.value));
        writeAuthDisableRequest(w, one.value);
        break;
      }
      case "authenticate": {
        w.number(8098);
        w.number(sizeInternalAuthenticateRequest(one.value));
        writeInternalAuthenticateRequest(w, one.value);
        break;
      }
      case "authStatus": {
        w.number(8106);
        w.number(sizeAuthStatusRequest(one.value));
        writeAuthStatusRequest(w, one.value);
        break;
      }
      case "authUserAdd": {
        w.number(8802);
        w.number(sizeAuthUserAddRequest(one.value));
        writeAuthUserAddRequest(w, one.value);
        break;
      }
      case "authUserDelete": {
        w.number(8810);
        w.number(sizeAuthUserDeleteRequest(one.value));
        writeAuthUserDeleteRequest(w, one.value);
        break;
      }
      case "authUserGet": {
        w.number(8818);
        w.number(sizeAuthUserGetRequest(one.value));
        writeAuthUserGetRequest(w, one.value);
        break;
      }
      case "authUserChangePassword": {
        w.number(8826);
        w.number(sizeAuthUserChangePasswordRequest(one.value));
        writeAuthUserChangePasswordRequest(w, one.value);
        break;
      }
      case "authUserGrantRole": {
        w.number(8834);
        w.number(sizeAuthUserGrantRoleRequest(one.value));
        writeAuthUserGrantRoleRequest(w, one.value);
        break;
      }
      case "authUserRevokeRole": {
        w.number(8842);
        w.number(sizeAuthUserRevokeRoleRequest(one.value));
        writeAuthUserRevokeRoleRequest(w, one.value);
        break;
      }
      case "authUserList": {
        w.number(8850);
        w.number(sizeAuthUserListRequest(one.value));
        writeAuthUserListRequest(w, one.value);
        break;
      }
      case "authRoleList": {
        w.number(8858);
        w.number(sizeAuthRoleListRequest(one.value));
        writeAuthRoleListRequest(w, one.value);
        break;
      }
      case "authRoleAdd": {
        w.number(9602);
        w.number(sizeAuthRoleAddRequest(one.value));
        writeAuthRoleAddRequest(w, one.value);
        break;
      }
      case "authRoleDelete": {
        w.number(9610);
        w.number(sizeAuthRoleDeleteRequest(one.value));
        writeAuthRoleDeleteRequest(w, one.value);
        break;
      }
      case "authRoleGet": {
        w.number(9618);
        w.number(sizeAuthRoleGetRequest(one.value));
        writeAuthRoleGetRequest(w, one.value);
        break;
      }
      case "authRoleGrantPermission": {
        w.number(9626);
        w.number(sizeAuthRoleGrantPermissionRequest(one.value));
        writeAuthRoleGrantPermissionRequest(w, one.value);
        break;
      }
      case "authRoleRevokePermission": {
        w.number(9634);
        w.number(sizeAuthRoleRevokePermissionRequest(one.value));
        writeAuthRoleRevokePermissionRequest(w, one.value);
        break;
      }
      case "clusterVersionSet": {
        w.number(10402);
        w.number(sizeClusterVersionSetRequest(one.value));
        writeClusterVersionSetRequest(w, one.value);
        break;
      }
      case "clusterMemberAttrSet": {
        w.number(10410);
        w.number(sizeClusterMemberAttrSetRequest(one.value));
        writeClusterMemberAttrSetRequest(w, one.value);
        break;
      }
      case "downgradeInfoSet": {
        w.number(10418);
        w.number(sizeDowngradeInfoSetRequest(one.value));
        writeDowngradeInfoSetRequest(w, one.value);
        break;
      }
      case "downgradeVersionTest": {
        w.number(79202);
        w.number(sizeDowngradeVersionTestRequest(one.value));
        writeDowngradeVersionTestRequest(w, one.value);
        break;
      }
    }
  }
}

const internalRaftRequestNumbers: readonly number[] = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 100, 1000, 1011, 1012, 1013, 1100, 1101, 1102, 1103, 1104, 1105, 1106, 1107, 1200, 1201, 1202, 1203, 1204, 1300, 1301, 1302, 9900];

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readInternalRaftRequest(r: Reader): InternalRaftRequest {
  let header: RequestHeader | undefined;
  let ID = 0n;
  let body: InternalRaftRequestBody | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 802: {
        const outer = r.enter();
        header = readRequestHeader(r);
        r.leave(outer);
        break;
      }
      case 8:
        ID = r.id();
        break;
      case 26: {
        const outer = r.enter();
        body = { kind: "range", value: readRangeRequest(r) };
        r.leave(outer);
        break;
      }
      case 34: {
        const outer = r.enter();
        body = { kind: "put", value: readPutRequest(r) };
        r.leave(outer);
        break;
      }
      case 42: {
        const outer = r.enter();
        body = { kind: "deleteRange", value: readDeleteRangeRequest(r) };
        r.leave(outer);
        break;
      }
      case 50: {
        const outer = r.enter();
        body = { kind: "txn", value: readTxnRequest(r) };
        r.leave(outer);
        break;
      }
      case 58: {
        const outer = r.enter();
        body = { kind: "compaction", value: readCompactionRequest(r) };
        r.leave(outer);
        break;
      }
      case 66: {
        const outer = r.enter();
        body = { kind: "leaseGrant", value: readLeaseGrantRequest(r) };
        r.leave(outer);
        break;
      }
      case 74: {
        const outer = r.enter();
        body = { kind: "leaseRevoke", value: readLeaseRevokeRequest(r) };
        r.leave(outer);
        break;
      }
      case 82: {
        const outer = r.enter();
        body = { kind: "alarm", value: readAlarmRequest(r) };
        r.leave(outer);
        break;
      }
      case 90: {
        const outer = r.enter();
        body = { kind: "leaseCheckpoint", value: readLeaseCheckpointRequest(r) };
        r.leave(outer);
        break;
      }
      case 8002: {
        const outer = r.enter();
        body = { kind: "authEnable", value: readAuthEnableRequest(r) };
        r.leave(outer);
        break;
      }
      case 8090: {
        const outer = r.enter();
        body = { kind: "authDisable", value: readAuthDisableRequest(r) };
        r.leave(outer);
        break;
      }
      case 8098: {
        const outer = r.enter();
        body = { kind: "authenticate", value: readInternalAuthenticateRequest(r) };
        r.leave(outer);
        break;
      }
      case 8106: {
        const outer = r.enter();
        body = { kind: "authStatus", value: readAuthStatusRequest(r) };
        r.leave(outer);
        break;
      }
      case 8802: {
        const outer = r.enter();
        body = { kind: "authUserAdd", value: readAuthUserAddRequest(r) };
        r.leave(outer);
        break;
      }
      case 8810: {
        const outer = r.enter();
        body = { kind: "authUserDelete", value: readAuthUserDeleteRequest(r) };
        r.leave(outer);
        break;
      }
      case 8818: {
        const outer = r.enter();
        body = { kind: "authUserGet", value: readAuthUserGetRequest(r) };
        r.leave(outer);
        break;
      }
      case 8826: {
        const outer = r.enter();
        body = { kind: "authUserChangePassword", value: readAuthUserChangePasswordRequest(r) };
        r.leave(outer);
        break;
      }
      case 8834: {
        const outer = r.enter();
        body = { kind: "authUserGrantRole", value: readAuthUserGrantRoleRequest(r) };
        r.leave(outer);
        break;
      }
      case 8842: {
        const outer = r.enter();
        body = { kind: "authUserRevokeRole", value: readAuthUserRevokeRoleRequest(r) };
        r.leave(outer);
        break;
      }
      case 8850: {
        const outer = r.enter();
        body = { kind: "authUserList", value: readAuthUserListRequest(r) };
        r.leave(outer);
        break;
      }
      case 8858: {
        const outer = r.enter();
        body = { kind: "authRoleList", value: readAuthRoleListRequest(r) };
        r.leave(outer);
        break;
      }
      case 9602: {
        const outer = r.enter();
        body = { kind: "authRoleAdd", value: readAuthRoleAddRequest(r) };
        r.leave(outer);
        break;
      }
      case 9610: {
        const outer = r.enter();
        body = { kind: "authRoleDelete", value: readAuthRoleDeleteRequest(r) };
        r.leave(outer);
        break;
      }
      case 9618: {
        const outer = r.enter();
        body = { kind: "authRoleGet", value: readAuthRoleGetRequest(r) };
        r.leave(outer);
        break;
      }
      case 9626: {
        const outer = r.enter();
        body = { kind: "authRoleGrantPermission", value: readAuthRoleGrantPermissionRequest(r) };
        r.leave(outer);
        break;
      }
      case 9634: {
        const outer = r.enter();
        body = { kind: "authRoleRevokePermission", value: readAuthRoleRevokePermissionRequest(r) };
        r.leave(outer);
        break;
      }
      case 10402: {
        const outer = r.enter();
        body = { kind: "clusterVersionSet", value: readClusterVersionSetRequest(r) };
        r.leave(outer);
        break;
      }
      case 10410: {
        const outer = r.enter();
        body = { kind: "clusterMemberAttrSet", value: readClusterMemberAttrSetRequest(r) };
        r.leave(outer);
        break;
      }
      case 10418: {
        const outer = r.enter();
        body = { kind: "downgradeInfoSet", value: readDowngradeInfoSetRequest(r) };
        r.leave(outer);
        break;
      }
      case 79202: {
        const outer = r.enter();
        body = { kind: "downgradeVersionTest", value: readDowngradeVersionTestRequest(r) };
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, internalRaftRequestNumbers.includes(tag >>> 3) ? tag >>> 3 : 0);
    }
  }
  return {
    header,
    ID,
    body,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeInternalRaftRequest(x: InternalRaftRequest): Uint8Array {
  const bytes = new Uint8Array(sizeInternalRaftRequest(x));
  writeInternalRaftRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeInternalRaftRequest(bytes: Uint8Array): InternalRaftRequest {
  return readInternalRaftRequest(new Reader(bytes));
}
