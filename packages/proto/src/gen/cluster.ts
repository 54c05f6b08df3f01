/**
 * The Cluster service: who belongs to the cluster. Field-compatible with etcdserverpb.
 * Generated from proto/cluster.proto by `npm run protogen`; do not edit.
 */
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** The methods of Cluster. */
export const ClusterService: {
  readonly memberAdd: Method<MemberAddRequest, MemberAddResponse>;
  readonly memberRemove: Method<MemberRemoveRequest, MemberRemoveResponse>;
  readonly memberUpdate: Method<MemberUpdateRequest, MemberUpdateResponse>;
  readonly memberList: Method<MemberListRequest, MemberListResponse>;
  readonly memberPromote: Method<MemberPromoteRequest, MemberPromoteResponse>;
} = {
  memberAdd: {
    path: "/etcdserverpb.Cluster/MemberAdd",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeMemberAddRequest,
    sizeRequest: sizeMemberAddRequest,
    writeRequest: writeMemberAddRequest,
    decodeRequest: decodeMemberAddRequest,
    encodeResponse: encodeMemberAddResponse,
    sizeResponse: sizeMemberAddResponse,
    writeResponse: writeMemberAddResponse,
    decodeResponse: decodeMemberAddResponse,
  },
  memberRemove: {
    path: "/etcdserverpb.Cluster/MemberRemove",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeMemberRemoveRequest,
    sizeRequest: sizeMemberRemoveRequest,
    writeRequest: writeMemberRemoveRequest,
    decodeRequest: decodeMemberRemoveRequest,
    encodeResponse: encodeMemberRemoveResponse,
    sizeResponse: sizeMemberRemoveResponse,
    writeResponse: writeMemberRemoveResponse,
    decodeResponse: decodeMemberRemoveResponse,
  },
  memberUpdate: {
    path: "/etcdserverpb.Cluster/MemberUpdate",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeMemberUpdateRequest,
    sizeRequest: sizeMemberUpdateRequest,
    writeRequest: writeMemberUpdateRequest,
    decodeRequest: decodeMemberUpdateRequest,
    encodeResponse: encodeMemberUpdateResponse,
    sizeResponse: sizeMemberUpdateResponse,
    writeResponse: writeMemberUpdateResponse,
    decodeResponse: decodeMemberUpdateResponse,
  },
  memberList: {
    path: "/etcdserverpb.Cluster/MemberList",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeMemberListRequest,
    sizeRequest: sizeMemberListRequest,
    writeRequest: writeMemberListRequest,
    decodeRequest: decodeMemberListRequest,
    encodeResponse: encodeMemberListResponse,
    sizeResponse: sizeMemberListResponse,
    writeResponse: writeMemberListResponse,
    decodeResponse: decodeMemberListResponse,
  },
  memberPromote: {
    path: "/etcdserverpb.Cluster/MemberPromote",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeMemberPromoteRequest,
    sizeRequest: sizeMemberPromoteRequest,
    writeRequest: writeMemberPromoteRequest,
    decodeRequest: decodeMemberPromoteRequest,
    encodeResponse: encodeMemberPromoteResponse,
    sizeResponse: sizeMemberPromoteResponse,
    writeResponse: writeMemberPromoteResponse,
    decodeResponse: decodeMemberPromoteResponse,
  },
};

export type Member = {
  ID: bigint;
  /** Empty until the member has started. */
  name: string;
  peerURLs: string[];
  clientURLs: string[];
  isLearner: boolean;
};

/** A Member with defaults for what `init` leaves out. */
export function newMember(init: Partial<Member> = {}): Member {
  return {
    ID: init.ID ?? 0n,
    name: init.name ?? "",
    peerURLs: init.peerURLs ?? [],
    clientURLs: init.clientURLs ?? [],
    isLearner: init.isLearner ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeMember(x: Member): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.name !== "") size += 1 + sizeString(x.name);
  for (let i = 0; i < x.peerURLs.length; i++) size += 1 + sizeString(x.peerURLs[i]!);
  for (let i = 0; i < x.clientURLs.length; i++) size += 1 + sizeString(x.clientURLs[i]!);
  if (x.isLearner) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMember` bytes. */
export function writeMember(w: Writer, x: Member): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.name !== "") {
    w.number(18);
    w.string(x.name);
  }
  for (let i = 0; i < x.peerURLs.length; i++) {
    w.number(26);
    w.string(x.peerURLs[i]!);
  }
  for (let i = 0; i < x.clientURLs.length; i++) {
    w.number(34);
    w.string(x.clientURLs[i]!);
  }
  if (x.isLearner) {
    w.number(40);
    w.bool(x.isLearner);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMember(r: Reader): Member {
  let ID = 0n;
  let name = "";
  const peerURLs: string[] = [];
  const clientURLs: string[] = [];
  let isLearner = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.id();
        break;
      case 18:
        name = r.string();
        break;
      case 26:
        peerURLs.push(r.string());
        break;
      case 34:
        clientURLs.push(r.string());
        break;
      case 40:
        isLearner = r.bool();
        break;
      default:
        r.skip(tag, 5);
    }
  }
  return {
    ID,
    name,
    peerURLs,
    clientURLs,
    isLearner,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMember(x: Member): Uint8Array {
  const bytes = new Uint8Array(sizeMember(x));
  writeMember(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMember(bytes: Uint8Array): Member {
  return readMember(new Reader(bytes));
}

export type MemberAddRequest = {
  peerURLs: string[];
  isLearner: boolean;
};

/** A MemberAddRequest with defaults for what `init` leaves out. */
export function newMemberAddRequest(init: Partial<MemberAddRequest> = {}): MemberAddRequest {
  return {
    peerURLs: init.peerURLs ?? [],
    isLearner: init.isLearner ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeMemberAddRequest(x: MemberAddRequest): number {
  let size = 0;
  for (let i = 0; i < x.peerURLs.length; i++) size += 1 + sizeString(x.peerURLs[i]!);
  if (x.isLearner) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberAddRequest` bytes. */
export function writeMemberAddRequest(w: Writer, x: MemberAddRequest): void {
  for (let i = 0; i < x.peerURLs.length; i++) {
    w.number(10);
    w.string(x.peerURLs[i]!);
  }
  if (x.isLearner) {
    w.number(16);
    w.bool(x.isLearner);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberAddRequest(r: Reader): MemberAddRequest {
  const peerURLs: string[] = [];
  let isLearner = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        peerURLs.push(r.string());
        break;
      case 16:
        isLearner = r.bool();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    peerURLs,
    isLearner,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberAddRequest(x: MemberAddRequest): Uint8Array {
  const bytes = new Uint8Array(sizeMemberAddRequest(x));
  writeMemberAddRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberAddRequest(bytes: Uint8Array): MemberAddRequest {
  return readMemberAddRequest(new Reader(bytes));
}

export type MemberAddResponse = {
  header: ResponseHeader | undefined;
  member: Member | undefined;
  members: Member[];
};

/** A MemberAddResponse with defaults for what `init` leaves out. */
export function newMemberAddResponse(init: Partial<MemberAddResponse> = {}): MemberAddResponse {
  return {
    header: init.header,
    member: init.member,
    members: init.members ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeMemberAddResponse(x: MemberAddResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.member !== undefined) {
    const length = sizeMember(x.member);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.members.length; i++) {
    const length = sizeMember(x.members[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberAddResponse` bytes. */
export function writeMemberAddResponse(w: Writer, x: MemberAddResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.member !== undefined) {
    w.number(18);
    w.number(sizeMember(x.member));
    writeMember(w, x.member);
  }
  for (let i = 0; i < x.members.length; i++) {
    w.number(26);
    w.number(sizeMember(x.members[i]!));
    writeMember(w, x.members[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberAddResponse(r: Reader): MemberAddResponse {
  let header: ResponseHeader | undefined;
  let member: Member | undefined;
  const members: Member[] = [];
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
        member = readMember(r);
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    header,
    member,
    members,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberAddResponse(x: MemberAddResponse): Uint8Array {
  const bytes = new Uint8Array(sizeMemberAddResponse(x));
  writeMemberAddResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberAddResponse(bytes: Uint8Array): MemberAddResponse {
  return readMemberAddResponse(new Reader(bytes));
}

export type MemberRemoveRequest = {
  ID: bigint;
};

/** A MemberRemoveRequest with defaults for what `init` leaves out. */
export function newMemberRemoveRequest(init: Partial<MemberRemoveRequest> = {}): MemberRemoveRequest {
  return {
    ID: init.ID ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeMemberRemoveRequest(x: MemberRemoveRequest): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberRemoveRequest` bytes. */
export function writeMemberRemoveRequest(w: Writer, x: MemberRemoveRequest): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberRemoveRequest(r: Reader): MemberRemoveRequest {
  let ID = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.id();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    ID,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberRemoveRequest(x: MemberRemoveRequest): Uint8Array {
  const bytes = new Uint8Array(sizeMemberRemoveRequest(x));
  writeMemberRemoveRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberRemoveRequest(bytes: Uint8Array): MemberRemoveRequest {
  return readMemberRemoveRequest(new Reader(bytes));
}

export type MemberRemoveResponse = {
  header: ResponseHeader | undefined;
  members: Member[];
};

/** A MemberRemoveResponse with defaults for what `init` leaves out. */
export function newMemberRemoveResponse(init: Partial<MemberRemoveResponse> = {}): MemberRemoveResponse {
  return {
    header: init.header,
    members: init.members ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeMemberRemoveResponse(x: MemberRemoveResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.members.length; i++) {
    const length = sizeMember(x.members[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberRemoveResponse` bytes. */
export function writeMemberRemoveResponse(w: Writer, x: MemberRemoveResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.members.length; i++) {
    w.number(18);
    w.number(sizeMember(x.members[i]!));
    writeMember(w, x.members[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberRemoveResponse(r: Reader): MemberRemoveResponse {
  let header: ResponseHeader | undefined;
  const members: Member[] = [];
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
        members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    members,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberRemoveResponse(x: MemberRemoveResponse): Uint8Array {
  const bytes = new Uint8Array(sizeMemberRemoveResponse(x));
  writeMemberRemoveResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberRemoveResponse(bytes: Uint8Array): MemberRemoveResponse {
  return readMemberRemoveResponse(new Reader(bytes));
}

export type MemberUpdateRequest = {
  ID: bigint;
  peerURLs: string[];
};

/** A MemberUpdateRequest with defaults for what `init` leaves out. */
export function newMemberUpdateRequest(init: Partial<MemberUpdateRequest> = {}): MemberUpdateRequest {
  return {
    ID: init.ID ?? 0n,
    peerURLs: init.peerURLs ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeMemberUpdateRequest(x: MemberUpdateRequest): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  for (let i = 0; i < x.peerURLs.length; i++) size += 1 + sizeString(x.peerURLs[i]!);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberUpdateRequest` bytes. */
export function writeMemberUpdateRequest(w: Writer, x: MemberUpdateRequest): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  for (let i = 0; i < x.peerURLs.length; i++) {
    w.number(18);
    w.string(x.peerURLs[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberUpdateRequest(r: Reader): MemberUpdateRequest {
  let ID = 0n;
  const peerURLs: string[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.id();
        break;
      case 18:
        peerURLs.push(r.string());
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    ID,
    peerURLs,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberUpdateRequest(x: MemberUpdateRequest): Uint8Array {
  const bytes = new Uint8Array(sizeMemberUpdateRequest(x));
  writeMemberUpdateRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberUpdateRequest(bytes: Uint8Array): MemberUpdateRequest {
  return readMemberUpdateRequest(new Reader(bytes));
}

export type MemberUpdateResponse = {
  header: ResponseHeader | undefined;
  members: Member[];
};

/** A MemberUpdateResponse with defaults for what `init` leaves out. */
export function newMemberUpdateResponse(init: Partial<MemberUpdateResponse> = {}): MemberUpdateResponse {
  return {
    header: init.header,
    members: init.members ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeMemberUpdateResponse(x: MemberUpdateResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.members.length; i++) {
    const length = sizeMember(x.members[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberUpdateResponse` bytes. */
export function writeMemberUpdateResponse(w: Writer, x: MemberUpdateResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.members.length; i++) {
    w.number(18);
    w.number(sizeMember(x.members[i]!));
    writeMember(w, x.members[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberUpdateResponse(r: Reader): MemberUpdateResponse {
  let header: ResponseHeader | undefined;
  const members: Member[] = [];
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
        members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    members,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberUpdateResponse(x: MemberUpdateResponse): Uint8Array {
  const bytes = new Uint8Array(sizeMemberUpdateResponse(x));
  writeMemberUpdateResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberUpdateResponse(bytes: Uint8Array): MemberUpdateResponse {
  return readMemberUpdateResponse(new Reader(bytes));
}

export type MemberListRequest = {
  linearizable: boolean;
};

/** A MemberListRequest with defaults for what `init` leaves out. */
export function newMemberListRequest(init: Partial<MemberListRequest> = {}): MemberListRequest {
  return {
    linearizable: init.linearizable ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeMemberListRequest(x: MemberListRequest): number {
  let size = 0;
  if (x.linearizable) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberListRequest` bytes. */
export function writeMemberListRequest(w: Writer, x: MemberListRequest): void {
  if (x.linearizable) {
    w.number(8);
    w.bool(x.linearizable);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberListRequest(r: Reader): MemberListRequest {
  let linearizable = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        linearizable = r.bool();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    linearizable,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberListRequest(x: MemberListRequest): Uint8Array {
  const bytes = new Uint8Array(sizeMemberListRequest(x));
  writeMemberListRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberListRequest(bytes: Uint8Array): MemberListRequest {
  return readMemberListRequest(new Reader(bytes));
}

export type MemberListResponse = {
  header: ResponseHeader | undefined;
  members: Member[];
};

/** A MemberListResponse with defaults for what `init` leaves out. */
export function newMemberListResponse(init: Partial<MemberListResponse> = {}): MemberListResponse {
  return {
    header: init.header,
    members: init.members ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeMemberListResponse(x: MemberListResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.members.length; i++) {
    const length = sizeMember(x.members[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberListResponse` bytes. */
export function writeMemberListResponse(w: Writer, x: MemberListResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.members.length; i++) {
    w.number(18);
    w.number(sizeMember(x.members[i]!));
    writeMember(w, x.members[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberListResponse(r: Reader): MemberListResponse {
  let header: ResponseHeader | undefined;
  const members: Member[] = [];
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
        members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    members,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberListResponse(x: MemberListResponse): Uint8Array {
  const bytes = new Uint8Array(sizeMemberListResponse(x));
  writeMemberListResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberListResponse(bytes: Uint8Array): MemberListResponse {
  return readMemberListResponse(new Reader(bytes));
}

export type MemberPromoteRequest = {
  ID: bigint;
};

/** A MemberPromoteRequest with defaults for what `init` leaves out. */
export function newMemberPromoteRequest(init: Partial<MemberPromoteRequest> = {}): MemberPromoteRequest {
  return {
    ID: init.ID ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeMemberPromoteRequest(x: MemberPromoteRequest): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberPromoteRequest` bytes. */
export function writeMemberPromoteRequest(w: Writer, x: MemberPromoteRequest): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberPromoteRequest(r: Reader): MemberPromoteRequest {
  let ID = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.id();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    ID,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberPromoteRequest(x: MemberPromoteRequest): Uint8Array {
  const bytes = new Uint8Array(sizeMemberPromoteRequest(x));
  writeMemberPromoteRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberPromoteRequest(bytes: Uint8Array): MemberPromoteRequest {
  return readMemberPromoteRequest(new Reader(bytes));
}

export type MemberPromoteResponse = {
  header: ResponseHeader | undefined;
  members: Member[];
};

/** A MemberPromoteResponse with defaults for what `init` leaves out. */
export function newMemberPromoteResponse(init: Partial<MemberPromoteResponse> = {}): MemberPromoteResponse {
  return {
    header: init.header,
    members: init.members ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeMemberPromoteResponse(x: MemberPromoteResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.members.length; i++) {
    const length = sizeMember(x.members[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMemberPromoteResponse` bytes. */
export function writeMemberPromoteResponse(w: Writer, x: MemberPromoteResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.members.length; i++) {
    w.number(18);
    w.number(sizeMember(x.members[i]!));
    writeMember(w, x.members[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMemberPromoteResponse(r: Reader): MemberPromoteResponse {
  let header: ResponseHeader | undefined;
  const members: Member[] = [];
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
        members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    members,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMemberPromoteResponse(x: MemberPromoteResponse): Uint8Array {
  const bytes = new Uint8Array(sizeMemberPromoteResponse(x));
  writeMemberPromoteResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMemberPromoteResponse(bytes: Uint8Array): MemberPromoteResponse {
  return readMemberPromoteResponse(new Reader(bytes));
}
