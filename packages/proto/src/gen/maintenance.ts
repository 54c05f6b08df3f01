/**
 * The Maintenance service: status, alarms, hashes, snapshots, downgrade. Field-compatible with etcdserverpb.
 * Generated from proto/maintenance.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** The methods of Maintenance. */
export const MaintenanceService: {
  readonly alarm: Method<AlarmRequest, AlarmResponse>;
  readonly status: Method<StatusRequest, StatusResponse>;
  readonly defragment: Method<DefragmentRequest, DefragmentResponse>;
  readonly hash: Method<HashRequest, HashResponse>;
  readonly hashKV: Method<HashKVRequest, HashKVResponse>;
  readonly snapshot: Method<SnapshotRequest, SnapshotResponse>;
  readonly moveLeader: Method<MoveLeaderRequest, MoveLeaderResponse>;
  readonly downgrade: Method<DowngradeRequest, DowngradeResponse>;
} = {
  alarm: {
    path: "/etcdserverpb.Maintenance/Alarm",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeAlarmRequest,
    sizeRequest: sizeAlarmRequest,
    writeRequest: writeAlarmRequest,
    decodeRequest: decodeAlarmRequest,
    encodeResponse: encodeAlarmResponse,
    sizeResponse: sizeAlarmResponse,
    writeResponse: writeAlarmResponse,
    decodeResponse: decodeAlarmResponse,
  },
  status: {
    path: "/etcdserverpb.Maintenance/Status",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeStatusRequest,
    sizeRequest: sizeStatusRequest,
    writeRequest: writeStatusRequest,
    decodeRequest: decodeStatusRequest,
    encodeResponse: encodeStatusResponse,
    sizeResponse: sizeStatusResponse,
    writeResponse: writeStatusResponse,
    decodeResponse: decodeStatusResponse,
  },
  defragment: {
    path: "/etcdserverpb.Maintenance/Defragment",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeDefragmentRequest,
    sizeRequest: sizeDefragmentRequest,
    writeRequest: writeDefragmentRequest,
    decodeRequest: decodeDefragmentRequest,
    encodeResponse: encodeDefragmentResponse,
    sizeResponse: sizeDefragmentResponse,
    writeResponse: writeDefragmentResponse,
    decodeResponse: decodeDefragmentResponse,
  },
  hash: {
    path: "/etcdserverpb.Maintenance/Hash",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeHashRequest,
    sizeRequest: sizeHashRequest,
    writeRequest: writeHashRequest,
    decodeRequest: decodeHashRequest,
    encodeResponse: encodeHashResponse,
    sizeResponse: sizeHashResponse,
    writeResponse: writeHashResponse,
    decodeResponse: decodeHashResponse,
  },
  hashKV: {
    path: "/etcdserverpb.Maintenance/HashKV",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeHashKVRequest,
    sizeRequest: sizeHashKVRequest,
    writeRequest: writeHashKVRequest,
    decodeRequest: decodeHashKVRequest,
    encodeResponse: encodeHashKVResponse,
    sizeResponse: sizeHashKVResponse,
    writeResponse: writeHashKVResponse,
    decodeResponse: decodeHashKVResponse,
  },
  snapshot: {
    path: "/etcdserverpb.Maintenance/Snapshot",
    isClientStreaming: false,
    isServerStreaming: true,
    encodeRequest: encodeSnapshotRequest,
    sizeRequest: sizeSnapshotRequest,
    writeRequest: writeSnapshotRequest,
    decodeRequest: decodeSnapshotRequest,
    encodeResponse: encodeSnapshotResponse,
    sizeResponse: sizeSnapshotResponse,
    writeResponse: writeSnapshotResponse,
    decodeResponse: decodeSnapshotResponse,
  },
  moveLeader: {
    path: "/etcdserverpb.Maintenance/MoveLeader",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeMoveLeaderRequest,
    sizeRequest: sizeMoveLeaderRequest,
    writeRequest: writeMoveLeaderRequest,
    decodeRequest: decodeMoveLeaderRequest,
    encodeResponse: encodeMoveLeaderResponse,
    sizeResponse: sizeMoveLeaderResponse,
    writeResponse: writeMoveLeaderResponse,
    decodeResponse: decodeMoveLeaderResponse,
  },
  downgrade: {
    path: "/etcdserverpb.Maintenance/Downgrade",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeDowngradeRequest,
    sizeRequest: sizeDowngradeRequest,
    writeRequest: writeDowngradeRequest,
    decodeRequest: decodeDowngradeRequest,
    encodeResponse: encodeDowngradeResponse,
    sizeResponse: sizeDowngradeResponse,
    writeResponse: writeDowngradeResponse,
    decodeResponse: decodeDowngradeResponse,
  },
};

/** AlarmType, with its numbers on the wire. */
export const AlarmType = {
  NONE: 0,
  NOSPACE: 1,
  CORRUPT: 2,
} as const;
export type AlarmType = (typeof AlarmType)[keyof typeof AlarmType];

const alarmTypeNames: readonly string[] = [
  "NONE",
  "NOSPACE",
  "CORRUPT",
];

/** The name of a number of AlarmType; a number without one as decimal text. */
export function alarmTypeName(value: number): string {
  return alarmTypeNames[value] ?? String(value);
}

/** AlarmAction, with its numbers on the wire. */
export const AlarmAction = {
  GET: 0,
  ACTIVATE: 1,
  DEACTIVATE: 2,
} as const;
export type AlarmAction = (typeof AlarmAction)[keyof typeof AlarmAction];

const alarmActionNames: readonly string[] = [
  "GET",
  "ACTIVATE",
  "DEACTIVATE",
];

/** The name of a number of AlarmAction; a number without one as decimal text. */
export function alarmActionName(value: number): string {
  return alarmActionNames[value] ?? String(value);
}

export type AlarmRequest = {
  action: AlarmAction;
  /** 0: of every member. */
  memberID: bigint;
  alarm: AlarmType;
};

/** An AlarmRequest with defaults for what `init` leaves out. */
export function newAlarmRequest(init: Partial<AlarmRequest> = {}): AlarmRequest {
  return {
    action: init.action ?? 0,
    memberID: init.memberID ?? 0n,
    alarm: init.alarm ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeAlarmRequest(x: AlarmRequest): number {
  let size = 0;
  if (x.action !== 0) size += 1 + sizeInt(x.action);
  if (x.memberID !== 0n) size += 1 + sizeId(x.memberID);
  if (x.alarm !== 0) size += 1 + sizeInt(x.alarm);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAlarmRequest` bytes. */
export function writeAlarmRequest(w: Writer, x: AlarmRequest): void {
  if (x.action !== 0) {
    w.number(8);
    w.int(x.action);
  }
  if (x.memberID !== 0n) {
    w.number(16);
    w.id(x.memberID);
  }
  if (x.alarm !== 0) {
    w.number(24);
    w.int(x.alarm);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAlarmRequest(r: Reader): AlarmRequest {
  let action: AlarmAction = 0;
  let memberID = 0n;
  let alarm: AlarmType = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        action = r.int32() as AlarmAction;
        break;
      case 16:
        memberID = r.id();
        break;
      case 24:
        alarm = r.int32() as AlarmType;
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    action,
    memberID,
    alarm,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAlarmRequest(x: AlarmRequest): Uint8Array {
  const bytes = new Uint8Array(sizeAlarmRequest(x));
  writeAlarmRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAlarmRequest(bytes: Uint8Array): AlarmRequest {
  return readAlarmRequest(new Reader(bytes));
}

export type AlarmMember = {
  memberID: bigint;
  alarm: AlarmType;
};

/** An AlarmMember with defaults for what `init` leaves out. */
export function newAlarmMember(init: Partial<AlarmMember> = {}): AlarmMember {
  return {
    memberID: init.memberID ?? 0n,
    alarm: init.alarm ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeAlarmMember(x: AlarmMember): number {
  let size = 0;
  if (x.memberID !== 0n) size += 1 + sizeId(x.memberID);
  if (x.alarm !== 0) size += 1 + sizeInt(x.alarm);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAlarmMember` bytes. */
export function writeAlarmMember(w: Writer, x: AlarmMember): void {
  if (x.memberID !== 0n) {
    w.number(8);
    w.id(x.memberID);
  }
  if (x.alarm !== 0) {
    w.number(16);
    w.int(x.alarm);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAlarmMember(r: Reader): AlarmMember {
  let memberID = 0n;
  let alarm: AlarmType = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        memberID = r.id();
        break;
      case 16:
        alarm = r.int32() as AlarmType;
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    memberID,
    alarm,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAlarmMember(x: AlarmMember): Uint8Array {
  const bytes = new Uint8Array(sizeAlarmMember(x));
  writeAlarmMember(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAlarmMember(bytes: Uint8Array): AlarmMember {
  return readAlarmMember(new Reader(bytes));
}

export type AlarmResponse = {
  header: ResponseHeader | undefined;
  alarms: AlarmMember[];
};

/** An AlarmResponse with defaults for what `init` leaves out. */
export function newAlarmResponse(init: Partial<AlarmResponse> = {}): AlarmResponse {
  return {
    header: init.header,
    alarms: init.alarms ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeAlarmResponse(x: AlarmResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.alarms.length; i++) {
    const length = sizeAlarmMember(x.alarms[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAlarmResponse` bytes. */
export function writeAlarmResponse(w: Writer, x: AlarmResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.alarms.length; i++) {
    w.number(18);
    w.number(sizeAlarmMember(x.alarms[i]!));
    writeAlarmMember(w, x.alarms[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAlarmResponse(r: Reader): AlarmResponse {
  let header: ResponseHeader | undefined;
  const alarms: AlarmMember[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        alarms.push(readAlarmMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    alarms,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAlarmResponse(x: AlarmResponse): Uint8Array {
  const bytes = new Uint8Array(sizeAlarmResponse(x));
  writeAlarmResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAlarmResponse(bytes: Uint8Array): AlarmResponse {
  return readAlarmResponse(new Reader(bytes));
}

/** DowngradeAction, with its numbers on the wire. */
export const DowngradeAction = {
  VALIDATE: 0,
  ENABLE: 1,
  CANCEL: 2,
} as const;
export type DowngradeAction = (typeof DowngradeAction)[keyof typeof DowngradeAction];

const downgradeActionNames: readonly string[] = [
  "VALIDATE",
  "ENABLE",
  "CANCEL",
];

/** The name of a number of DowngradeAction; a number without one as decimal text. */
export function downgradeActionName(value: number): string {
  return downgradeActionNames[value] ?? String(value);
}

export type DowngradeRequest = {
  action: DowngradeAction;
  version: string;
};

/** A DowngradeRequest with defaults for what `init` leaves out. */
export function newDowngradeRequest(init: Partial<DowngradeRequest> = {}): DowngradeRequest {
  return {
    action: init.action ?? 0,
    version: init.version ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeDowngradeRequest(x: DowngradeRequest): number {
  let size = 0;
  if (x.action !== 0) size += 1 + sizeInt(x.action);
  if (x.version !== "") size += 1 + sizeString(x.version);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDowngradeRequest` bytes. */
export function writeDowngradeRequest(w: Writer, x: DowngradeRequest): void {
  if (x.action !== 0) {
    w.number(8);
    w.int(x.action);
  }
  if (x.version !== "") {
    w.number(18);
    w.string(x.version);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDowngradeRequest(r: Reader): DowngradeRequest {
  let action: DowngradeAction = 0;
  let version = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        action = r.int32() as DowngradeAction;
        break;
      case 18:
        version = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    action,
    version,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDowngradeRequest(x: DowngradeRequest): Uint8Array {
  const bytes = new Uint8Array(sizeDowngradeRequest(x));
  writeDowngradeRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDowngradeRequest(bytes: Uint8Array): DowngradeRequest {
  return readDowngradeRequest(new Reader(bytes));
}

export type DowngradeResponse = {
  header: ResponseHeader | undefined;
  version: string;
};

/** A DowngradeResponse with defaults for what `init` leaves out. */
export function newDowngradeResponse(init: Partial<DowngradeResponse> = {}): DowngradeResponse {
  return {
    header: init.header,
    version: init.version ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeDowngradeResponse(x: DowngradeResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.version !== "") size += 1 + sizeString(x.version);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDowngradeResponse` bytes. */
export function writeDowngradeResponse(w: Writer, x: DowngradeResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.version !== "") {
    w.number(18);
    w.string(x.version);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDowngradeResponse(r: Reader): DowngradeResponse {
  let header: ResponseHeader | undefined;
  let version = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18:
        version = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    version,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDowngradeResponse(x: DowngradeResponse): Uint8Array {
  const bytes = new Uint8Array(sizeDowngradeResponse(x));
  writeDowngradeResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDowngradeResponse(bytes: Uint8Array): DowngradeResponse {
  return readDowngradeResponse(new Reader(bytes));
}

export type DowngradeVersionTestRequest = {
  ver: string;
};

/** A DowngradeVersionTestRequest with defaults for what `init` leaves out. */
export function newDowngradeVersionTestRequest(init: Partial<DowngradeVersionTestRequest> = {}): DowngradeVersionTestRequest {
  return {
    ver: init.ver ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeDowngradeVersionTestRequest(x: DowngradeVersionTestRequest): number {
  let size = 0;
  if (x.ver !== "") size += 1 + sizeString(x.ver);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDowngradeVersionTestRequest` bytes. */
export function writeDowngradeVersionTestRequest(w: Writer, x: DowngradeVersionTestRequest): void {
  if (x.ver !== "") {
    w.number(10);
    w.string(x.ver);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDowngradeVersionTestRequest(r: Reader): DowngradeVersionTestRequest {
  let ver = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        ver = r.string();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    ver,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDowngradeVersionTestRequest(x: DowngradeVersionTestRequest): Uint8Array {
  const bytes = new Uint8Array(sizeDowngradeVersionTestRequest(x));
  writeDowngradeVersionTestRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDowngradeVersionTestRequest(bytes: Uint8Array): DowngradeVersionTestRequest {
  return readDowngradeVersionTestRequest(new Reader(bytes));
}

export type DowngradeInfo = {
  enabled: boolean;
  targetVersion: string;
};

/** A DowngradeInfo with defaults for what `init` leaves out. */
export function newDowngradeInfo(init: Partial<DowngradeInfo> = {}): DowngradeInfo {
  return {
    enabled: init.enabled ?? false,
    targetVersion: init.targetVersion ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeDowngradeInfo(x: DowngradeInfo): number {
  let size = 0;
  if (x.enabled) size += 2;
  if (x.targetVersion !== "") size += 1 + sizeString(x.targetVersion);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDowngradeInfo` bytes. */
export function writeDowngradeInfo(w: Writer, x: DowngradeInfo): void {
  if (x.enabled) {
    w.number(8);
    w.bool(x.enabled);
  }
  if (x.targetVersion !== "") {
    w.number(18);
    w.string(x.targetVersion);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDowngradeInfo(r: Reader): DowngradeInfo {
  let enabled = false;
  let targetVersion = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        enabled = r.bool();
        break;
      case 18:
        targetVersion = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    enabled,
    targetVersion,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDowngradeInfo(x: DowngradeInfo): Uint8Array {
  const bytes = new Uint8Array(sizeDowngradeInfo(x));
  writeDowngradeInfo(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDowngradeInfo(bytes: Uint8Array): DowngradeInfo {
  return readDowngradeInfo(new Reader(bytes));
}

export type StatusRequest = Record<never, never>;

/** The StatusRequest. */
export function newStatusRequest(): StatusRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeStatusRequest(_x: StatusRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeStatusRequest` bytes. */
export function writeStatusRequest(_w: Writer, _x: StatusRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readStatusRequest(r: Reader): StatusRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeStatusRequest(x: StatusRequest): Uint8Array {
  const bytes = new Uint8Array(sizeStatusRequest(x));
  writeStatusRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeStatusRequest(bytes: Uint8Array): StatusRequest {
  return readStatusRequest(new Reader(bytes));
}

export type StatusResponse = {
  header: ResponseHeader | undefined;
  version: string;
  /** Bytes of the backend, free pages included. */
  dbSize: number;
  leader: bigint;
  raftIndex: number;
  raftTerm: number;
  raftAppliedIndex: number;
  errors: string[];
  dbSizeInUse: number;
  isLearner: boolean;
  storageVersion: string;
  dbSizeQuota: number;
  downgradeInfo: DowngradeInfo | undefined;
};

/** A StatusResponse with defaults for what `init` leaves out. */
export function newStatusResponse(init: Partial<StatusResponse> = {}): StatusResponse {
  return {
    header: init.header,
    version: init.version ?? "",
    dbSize: init.dbSize ?? 0,
    leader: init.leader ?? 0n,
    raftIndex: init.raftIndex ?? 0,
    raftTerm: init.raftTerm ?? 0,
    raftAppliedIndex: init.raftAppliedIndex ?? 0,
    errors: init.errors ?? [],
    dbSizeInUse: init.dbSizeInUse ?? 0,
    isLearner: init.isLearner ?? false,
    storageVersion: init.storageVersion ?? "",
    dbSizeQuota: init.dbSizeQuota ?? 0,
    downgradeInfo: init.downgradeInfo,
  };
}

/** Encoded length in bytes. */
export function sizeStatusResponse(x: StatusResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.version !== "") size += 1 + sizeString(x.version);
  if (x.dbSize !== 0) size += 1 + sizeInt(x.dbSize);
  if (x.leader !== 0n) size += 1 + sizeId(x.leader);
  if (x.raftIndex !== 0) size += 1 + sizeNumber(x.raftIndex);
  if (x.raftTerm !== 0) size += 1 + sizeNumber(x.raftTerm);
  if (x.raftAppliedIndex !== 0) size += 1 + sizeNumber(x.raftAppliedIndex);
  for (let i = 0; i < x.errors.length; i++) size += 1 + sizeString(x.errors[i]!);
  if (x.dbSizeInUse !== 0) size += 1 + sizeInt(x.dbSizeInUse);
  if (x.isLearner) size += 2;
  if (x.storageVersion !== "") size += 1 + sizeString(x.storageVersion);
  if (x.dbSizeQuota !== 0) size += 1 + sizeInt(x.dbSizeQuota);
  if (x.downgradeInfo !== undefined) {
    const length = sizeDowngradeInfo(x.downgradeInfo);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeStatusResponse` bytes. */
export function writeStatusResponse(w: Writer, x: StatusResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.version !== "") {
    w.number(18);
    w.string(x.version);
  }
  if (x.dbSize !== 0) {
    w.number(24);
    w.int(x.dbSize);
  }
  if (x.leader !== 0n) {
    w.number(32);
    w.id(x.leader);
  }
  if (x.raftIndex !== 0) {
    w.number(40);
    w.number(x.raftIndex);
  }
  if (x.raftTerm !== 0) {
    w.number(48);
    w.number(x.raftTerm);
  }
  if (x.raftAppliedIndex !== 0) {
    w.number(56);
    w.number(x.raftAppliedIndex);
  }
  for (let i = 0; i < x.errors.length; i++) {
    w.number(66);
    w.string(x.errors[i]!);
  }
  if (x.dbSizeInUse !== 0) {
    w.number(72);
    w.int(x.dbSizeInUse);
  }
  if (x.isLearner) {
    w.number(80);
    w.bool(x.isLearner);
  }
  if (x.storageVersion !== "") {
    w.number(90);
    w.string(x.storageVersion);
  }
  if (x.dbSizeQuota !== 0) {
    w.number(96);
    w.int(x.dbSizeQuota);
  }
  if (x.downgradeInfo !== undefined) {
    w.number(106);
    w.number(sizeDowngradeInfo(x.downgradeInfo));
    writeDowngradeInfo(w, x.downgradeInfo);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readStatusResponse(r: Reader): StatusResponse {
  let header: ResponseHeader | undefined;
  let version = "";
  let dbSize = 0;
  let leader = 0n;
  let raftIndex = 0;
  let raftTerm = 0;
  let raftAppliedIndex = 0;
  const errors: string[] = [];
  let dbSizeInUse = 0;
  let isLearner = false;
  let storageVersion = "";
  let dbSizeQuota = 0;
  let downgradeInfo: DowngradeInfo | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18:
        version = r.string();
        break;
      case 24:
        dbSize = r.int();
        break;
      case 32:
        leader = r.id();
        break;
      case 40:
        raftIndex = r.number();
        break;
      case 48:
        raftTerm = r.number();
        break;
      case 56:
        raftAppliedIndex = r.number();
        break;
      case 66:
        errors.push(r.string());
        break;
      case 72:
        dbSizeInUse = r.int();
        break;
      case 80:
        isLearner = r.bool();
        break;
      case 90:
        storageVersion = r.string();
        break;
      case 96:
        dbSizeQuota = r.int();
        break;
      case 106: {
        const outer = r.enter();
        downgradeInfo = readDowngradeInfo(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 13);
    }
  }
  return {
    header,
    version,
    dbSize,
    leader,
    raftIndex,
    raftTerm,
    raftAppliedIndex,
    errors,
    dbSizeInUse,
    isLearner,
    storageVersion,
    dbSizeQuota,
    downgradeInfo,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeStatusResponse(x: StatusResponse): Uint8Array {
  const bytes = new Uint8Array(sizeStatusResponse(x));
  writeStatusResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeStatusResponse(bytes: Uint8Array): StatusResponse {
  return readStatusResponse(new Reader(bytes));
}

export type DefragmentRequest = Record<never, never>;

/** The DefragmentRequest. */
export function newDefragmentRequest(): DefragmentRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeDefragmentRequest(_x: DefragmentRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeDefragmentRequest` bytes. */
export function writeDefragmentRequest(_w: Writer, _x: DefragmentRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDefragmentRequest(r: Reader): DefragmentRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDefragmentRequest(x: DefragmentRequest): Uint8Array {
  const bytes = new Uint8Array(sizeDefragmentRequest(x));
  writeDefragmentRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDefragmentRequest(bytes: Uint8Array): DefragmentRequest {
  return readDefragmentRequest(new Reader(bytes));
}

export type DefragmentResponse = {
  header: ResponseHeader | undefined;
};

/** A DefragmentResponse with defaults for what `init` leaves out. */
export function newDefragmentResponse(init: Partial<DefragmentResponse> = {}): DefragmentResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeDefragmentResponse(x: DefragmentResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDefragmentResponse` bytes. */
export function writeDefragmentResponse(w: Writer, x: DefragmentResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDefragmentResponse(r: Reader): DefragmentResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDefragmentResponse(x: DefragmentResponse): Uint8Array {
  const bytes = new Uint8Array(sizeDefragmentResponse(x));
  writeDefragmentResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDefragmentResponse(bytes: Uint8Array): DefragmentResponse {
  return readDefragmentResponse(new Reader(bytes));
}

export type MoveLeaderRequest = {
  targetID: bigint;
};

/** A MoveLeaderRequest with defaults for what `init` leaves out. */
export function newMoveLeaderRequest(init: Partial<MoveLeaderRequest> = {}): MoveLeaderRequest {
  return {
    targetID: init.targetID ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeMoveLeaderRequest(x: MoveLeaderRequest): number {
  let size = 0;
  if (x.targetID !== 0n) size += 1 + sizeId(x.targetID);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMoveLeaderRequest` bytes. */
export function writeMoveLeaderRequest(w: Writer, x: MoveLeaderRequest): void {
  if (x.targetID !== 0n) {
    w.number(8);
    w.id(x.targetID);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMoveLeaderRequest(r: Reader): MoveLeaderRequest {
  let targetID = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        targetID = r.id();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    targetID,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMoveLeaderRequest(x: MoveLeaderRequest): Uint8Array {
  const bytes = new Uint8Array(sizeMoveLeaderRequest(x));
  writeMoveLeaderRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMoveLeaderRequest(bytes: Uint8Array): MoveLeaderRequest {
  return readMoveLeaderRequest(new Reader(bytes));
}

export type MoveLeaderResponse = {
  header: ResponseHeader | undefined;
};

/** A MoveLeaderResponse with defaults for what `init` leaves out. */
export function newMoveLeaderResponse(init: Partial<MoveLeaderResponse> = {}): MoveLeaderResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeMoveLeaderResponse(x: MoveLeaderResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMoveLeaderResponse` bytes. */
export function writeMoveLeaderResponse(w: Writer, x: MoveLeaderResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMoveLeaderResponse(r: Reader): MoveLeaderResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMoveLeaderResponse(x: MoveLeaderResponse): Uint8Array {
  const bytes = new Uint8Array(sizeMoveLeaderResponse(x));
  writeMoveLeaderResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMoveLeaderResponse(bytes: Uint8Array): MoveLeaderResponse {
  return readMoveLeaderResponse(new Reader(bytes));
}

export type HashRequest = Record<never, never>;

/** The HashRequest. */
export function newHashRequest(): HashRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeHashRequest(_x: HashRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeHashRequest` bytes. */
export function writeHashRequest(_w: Writer, _x: HashRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHashRequest(r: Reader): HashRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHashRequest(x: HashRequest): Uint8Array {
  const bytes = new Uint8Array(sizeHashRequest(x));
  writeHashRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHashRequest(bytes: Uint8Array): HashRequest {
  return readHashRequest(new Reader(bytes));
}

export type HashResponse = {
  header: ResponseHeader | undefined;
  hash: number;
};

/** A HashResponse with defaults for what `init` leaves out. */
export function newHashResponse(init: Partial<HashResponse> = {}): HashResponse {
  return {
    header: init.header,
    hash: init.hash ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeHashResponse(x: HashResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.hash !== 0) size += 1 + sizeNumber(x.hash);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeHashResponse` bytes. */
export function writeHashResponse(w: Writer, x: HashResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.hash !== 0) {
    w.number(16);
    w.number(x.hash);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHashResponse(r: Reader): HashResponse {
  let header: ResponseHeader | undefined;
  let hash = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        hash = r.uint32();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    hash,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHashResponse(x: HashResponse): Uint8Array {
  const bytes = new Uint8Array(sizeHashResponse(x));
  writeHashResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHashResponse(bytes: Uint8Array): HashResponse {
  return readHashResponse(new Reader(bytes));
}

export type HashKVRequest = {
  /** Hash the history up to here; 0: all of it. */
  revision: number;
};

/** A HashKVRequest with defaults for what `init` leaves out. */
export function newHashKVRequest(init: Partial<HashKVRequest> = {}): HashKVRequest {
  return {
    revision: init.revision ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeHashKVRequest(x: HashKVRequest): number {
  let size = 0;
  if (x.revision !== 0) size += 1 + sizeInt(x.revision);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeHashKVRequest` bytes. */
export function writeHashKVRequest(w: Writer, x: HashKVRequest): void {
  if (x.revision !== 0) {
    w.number(8);
    w.int(x.revision);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHashKVRequest(r: Reader): HashKVRequest {
  let revision = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        revision = r.clampedInt();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    revision,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHashKVRequest(x: HashKVRequest): Uint8Array {
  const bytes = new Uint8Array(sizeHashKVRequest(x));
  writeHashKVRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHashKVRequest(bytes: Uint8Array): HashKVRequest {
  return readHashKVRequest(new Reader(bytes));
}

export type HashKVResponse = {
  header: ResponseHeader | undefined;
  hash: number;
  compactRevision: number;
  hashRevision: number;
};

/** A HashKVResponse with defaults for what `init` leaves out. */
export function newHashKVResponse(init: Partial<HashKVResponse> = {}): HashKVResponse {
  return {
    header: init.header,
    hash: init.hash ?? 0,
    compactRevision: init.compactRevision ?? 0,
    hashRevision: init.hashRevision ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeHashKVResponse(x: HashKVResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.hash !== 0) size += 1 + sizeNumber(x.hash);
  if (x.compactRevision !== 0) size += 1 + sizeInt(x.compactRevision);
  if (x.hashRevision !== 0) size += 1 + sizeInt(x.hashRevision);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeHashKVResponse` bytes. */
export function writeHashKVResponse(w: Writer, x: HashKVResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.hash !== 0) {
    w.number(16);
    w.number(x.hash);
  }
  if (x.compactRevision !== 0) {
    w.number(24);
    w.int(x.compactRevision);
  }
  if (x.hashRevision !== 0) {
    w.number(32);
    w.int(x.hashRevision);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHashKVResponse(r: Reader): HashKVResponse {
  let header: ResponseHeader | undefined;
  let hash = 0;
  let compactRevision = 0;
  let hashRevision = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        hash = r.uint32();
        break;
      case 24:
        compactRevision = r.int();
        break;
      case 32:
        hashRevision = r.int();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    header,
    hash,
    compactRevision,
    hashRevision,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHashKVResponse(x: HashKVResponse): Uint8Array {
  const bytes = new Uint8Array(sizeHashKVResponse(x));
  writeHashKVResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHashKVResponse(bytes: Uint8Array): HashKVResponse {
  return readHashKVResponse(new Reader(bytes));
}

export type SnapshotRequest = Record<never, never>;

/** The SnapshotRequest. */
export function newSnapshotRequest(): SnapshotRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeSnapshotRequest(_x: SnapshotRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeSnapshotRequest` bytes. */
export function writeSnapshotRequest(_w: Writer, _x: SnapshotRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readSnapshotRequest(r: Reader): SnapshotRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeSnapshotRequest(x: SnapshotRequest): Uint8Array {
  const bytes = new Uint8Array(sizeSnapshotRequest(x));
  writeSnapshotRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeSnapshotRequest(bytes: Uint8Array): SnapshotRequest {
  return readSnapshotRequest(new Reader(bytes));
}

export type SnapshotResponse = {
  header: ResponseHeader | undefined;
  remainingBytes: number;
  blob: Uint8Array;
  version: string;
};

/** A SnapshotResponse with defaults for what `init` leaves out. */
export function newSnapshotResponse(init: Partial<SnapshotResponse> = {}): SnapshotResponse {
  return {
    header: init.header,
    remainingBytes: init.remainingBytes ?? 0,
    blob: init.blob ?? EMPTY_BYTES,
    version: init.version ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeSnapshotResponse(x: SnapshotResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.remainingBytes !== 0) size += 1 + sizeNumber(x.remainingBytes);
  if (x.blob.length !== 0) size += 1 + sizeNumber(x.blob.length) + x.blob.length;
  if (x.version !== "") size += 1 + sizeString(x.version);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeSnapshotResponse` bytes. */
export function writeSnapshotResponse(w: Writer, x: SnapshotResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.remainingBytes !== 0) {
    w.number(16);
    w.number(x.remainingBytes);
  }
  if (x.blob.length !== 0) {
    w.number(26);
    w.view(x.blob);
  }
  if (x.version !== "") {
    w.number(34);
    w.string(x.version);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readSnapshotResponse(r: Reader): SnapshotResponse {
  let header: ResponseHeader | undefined;
  let remainingBytes = 0;
  let blob: Uint8Array = EMPTY_BYTES;
  let version = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        remainingBytes = r.number();
        break;
      case 26:
        blob = r.view();
        break;
      case 34:
        version = r.string();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    header,
    remainingBytes,
    blob,
    version,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeSnapshotResponse(x: SnapshotResponse): Uint8Array {
  const bytes = new Uint8Array(sizeSnapshotResponse(x));
  writeSnapshotResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeSnapshotResponse(bytes: Uint8Array): SnapshotResponse {
  return readSnapshotResponse(new Reader(bytes));
}
