/**
 * Members as the log and the backend hold them, field-compatible with etcd's membershippb.
 * Generated from proto/membershippb.proto by `npm run protogen`; do not edit.
 */
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** What raft needs to know of a member. */
export type RaftAttributes = {
  peerUrls: string[];
  isLearner: boolean;
};

/** A RaftAttributes with defaults for what `init` leaves out. */
export function newRaftAttributes(init: Partial<RaftAttributes> = {}): RaftAttributes {
  return {
    peerUrls: init.peerUrls ?? [],
    isLearner: init.isLearner ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeRaftAttributes(x: RaftAttributes): number {
  let size = 0;
  for (let i = 0; i < x.peerUrls.length; i++) size += 1 + sizeString(x.peerUrls[i]!);
  if (x.isLearner) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRaftAttributes` bytes. */
export function writeRaftAttributes(w: Writer, x: RaftAttributes): void {
  for (let i = 0; i < x.peerUrls.length; i++) {
    w.number(10);
    w.string(x.peerUrls[i]!);
  }
  if (x.isLearner) {
    w.number(16);
    w.bool(x.isLearner);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRaftAttributes(r: Reader): RaftAttributes {
  const peerUrls: string[] = [];
  let isLearner = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        peerUrls.push(r.string());
        break;
      case 16:
        isLearner = r.bool();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    peerUrls,
    isLearner,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRaftAttributes(x: RaftAttributes): Uint8Array {
  const bytes = new Uint8Array(sizeRaftAttributes(x));
  writeRaftAttributes(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRaftAttributes(bytes: Uint8Array): RaftAttributes {
  return readRaftAttributes(new Reader(bytes));
}

/** What a member says of itself once it has started. */
export type Attributes = {
  name: string;
  clientUrls: string[];
};

/** An Attributes with defaults for what `init` leaves out. */
export function newAttributes(init: Partial<Attributes> = {}): Attributes {
  return {
    name: init.name ?? "",
    clientUrls: init.clientUrls ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeAttributes(x: Attributes): number {
  let size = 0;
  if (x.name !== "") size += 1 + sizeString(x.name);
  for (let i = 0; i < x.clientUrls.length; i++) size += 1 + sizeString(x.clientUrls[i]!);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeAttributes` bytes. */
export function writeAttributes(w: Writer, x: Attributes): void {
  if (x.name !== "") {
    w.number(10);
    w.string(x.name);
  }
  for (let i = 0; i < x.clientUrls.length; i++) {
    w.number(18);
    w.string(x.clientUrls[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readAttributes(r: Reader): Attributes {
  let name = "";
  const clientUrls: string[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.string();
        break;
      case 18:
        clientUrls.push(r.string());
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    name,
    clientUrls,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeAttributes(x: Attributes): Uint8Array {
  const bytes = new Uint8Array(sizeAttributes(x));
  writeAttributes(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeAttributes(bytes: Uint8Array): Attributes {
  return readAttributes(new Reader(bytes));
}

/** etcd's membershippb.Member; here no two messages have one name. */
export type StoredMember = {
  ID: bigint;
  raftAttributes: RaftAttributes | undefined;
  memberAttributes: Attributes | undefined;
};

/** A StoredMember with defaults for what `init` leaves out. */
export function newStoredMember(init: Partial<StoredMember> = {}): StoredMember {
  return {
    ID: init.ID ?? 0n,
    raftAttributes: init.raftAttributes,
    memberAttributes: init.memberAttributes,
  };
}

/** Encoded length in bytes. */
export function sizeStoredMember(x: StoredMember): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.raftAttributes !== undefined) {
    const length = sizeRaftAttributes(x.raftAttributes);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.memberAttributes !== undefined) {
    const length = sizeAttributes(x.memberAttributes);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeStoredMember` bytes. */
export function writeStoredMember(w: Writer, x: StoredMember): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.raftAttributes !== undefined) {
    w.number(18);
    w.number(sizeRaftAttributes(x.raftAttributes));
    writeRaftAttributes(w, x.raftAttributes);
  }
  if (x.memberAttributes !== undefined) {
    w.number(26);
    w.number(sizeAttributes(x.memberAttributes));
    writeAttributes(w, x.memberAttributes);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readStoredMember(r: Reader): StoredMember {
  let ID = 0n;
  let raftAttributes: RaftAttributes | undefined;
  let memberAttributes: Attributes | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.id();
        break;
      case 18: {
        const outer = r.enter();
        raftAttributes = readRaftAttributes(r);
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        memberAttributes = readAttributes(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    ID,
    raftAttributes,
    memberAttributes,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeStoredMember(x: StoredMember): Uint8Array {
  const bytes = new Uint8Array(sizeStoredMember(x));
  writeStoredMember(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeStoredMember(bytes: Uint8Array): StoredMember {
  return readStoredMember(new Reader(bytes));
}

export type ClusterVersionSetRequest = {
  ver: string;
};

/** A ClusterVersionSetRequest with defaults for what `init` leaves out. */
export function newClusterVersionSetRequest(init: Partial<ClusterVersionSetRequest> = {}): ClusterVersionSetRequest {
  return {
    ver: init.ver ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeClusterVersionSetRequest(x: ClusterVersionSetRequest): number {
  let size = 0;
  if (x.ver !== "") size += 1 + sizeString(x.ver);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeClusterVersionSetRequest` bytes. */
export function writeClusterVersionSetRequest(w: Writer, x: ClusterVersionSetRequest): void {
  if (x.ver !== "") {
    w.number(10);
    w.string(x.ver);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readClusterVersionSetRequest(r: Reader): ClusterVersionSetRequest {
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
export function encodeClusterVersionSetRequest(x: ClusterVersionSetRequest): Uint8Array {
  const bytes = new Uint8Array(sizeClusterVersionSetRequest(x));
  writeClusterVersionSetRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeClusterVersionSetRequest(bytes: Uint8Array): ClusterVersionSetRequest {
  return readClusterVersionSetRequest(new Reader(bytes));
}

export type ClusterMemberAttrSetRequest = {
  memberID: bigint;
  memberAttributes: Attributes | undefined;
};

/** A ClusterMemberAttrSetRequest with defaults for what `init` leaves out. */
export function newClusterMemberAttrSetRequest(init: Partial<ClusterMemberAttrSetRequest> = {}): ClusterMemberAttrSetRequest {
  return {
    memberID: init.memberID ?? 0n,
    memberAttributes: init.memberAttributes,
  };
}

/** Encoded length in bytes. */
export function sizeClusterMemberAttrSetRequest(x: ClusterMemberAttrSetRequest): number {
  let size = 0;
  if (x.memberID !== 0n) size += 1 + sizeId(x.memberID);
  if (x.memberAttributes !== undefined) {
    const length = sizeAttributes(x.memberAttributes);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeClusterMemberAttrSetRequest` bytes. */
export function writeClusterMemberAttrSetRequest(w: Writer, x: ClusterMemberAttrSetRequest): void {
  if (x.memberID !== 0n) {
    w.number(8);
    w.id(x.memberID);
  }
  if (x.memberAttributes !== undefined) {
    w.number(18);
    w.number(sizeAttributes(x.memberAttributes));
    writeAttributes(w, x.memberAttributes);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readClusterMemberAttrSetRequest(r: Reader): ClusterMemberAttrSetRequest {
  let memberID = 0n;
  let memberAttributes: Attributes | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        memberID = r.id();
        break;
      case 18: {
        const outer = r.enter();
        memberAttributes = readAttributes(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    memberID,
    memberAttributes,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeClusterMemberAttrSetRequest(x: ClusterMemberAttrSetRequest): Uint8Array {
  const bytes = new Uint8Array(sizeClusterMemberAttrSetRequest(x));
  writeClusterMemberAttrSetRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeClusterMemberAttrSetRequest(bytes: Uint8Array): ClusterMemberAttrSetRequest {
  return readClusterMemberAttrSetRequest(new Reader(bytes));
}

export type DowngradeInfoSetRequest = {
  enabled: boolean;
  ver: string;
};

/** A DowngradeInfoSetRequest with defaults for what `init` leaves out. */
export function newDowngradeInfoSetRequest(init: Partial<DowngradeInfoSetRequest> = {}): DowngradeInfoSetRequest {
  return {
    enabled: init.enabled ?? false,
    ver: init.ver ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeDowngradeInfoSetRequest(x: DowngradeInfoSetRequest): number {
  let size = 0;
  if (x.enabled) size += 2;
  if (x.ver !== "") size += 1 + sizeString(x.ver);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDowngradeInfoSetRequest` bytes. */
export function writeDowngradeInfoSetRequest(w: Writer, x: DowngradeInfoSetRequest): void {
  if (x.enabled) {
    w.number(8);
    w.bool(x.enabled);
  }
  if (x.ver !== "") {
    w.number(18);
    w.string(x.ver);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDowngradeInfoSetRequest(r: Reader): DowngradeInfoSetRequest {
  let enabled = false;
  let ver = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        enabled = r.bool();
        break;
      case 18:
        ver = r.string();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    enabled,
    ver,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDowngradeInfoSetRequest(x: DowngradeInfoSetRequest): Uint8Array {
  const bytes = new Uint8Array(sizeDowngradeInfoSetRequest(x));
  writeDowngradeInfoSetRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDowngradeInfoSetRequest(bytes: Uint8Array): DowngradeInfoSetRequest {
  return readDowngradeInfoSetRequest(new Reader(bytes));
}
