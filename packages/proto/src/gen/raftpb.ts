/**
 * The messages of raft, field-compatible with etcd's raftpb. Numbers and types are the protocol; the comments are ours.
 * Generated from proto/raftpb.proto by `npm run protogen`; do not edit.
 */
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeNumber, Writer } from "../wire/writer.ts";

/** EntryType, with its numbers on the wire. */
export const EntryType = {
  EntryNormal: 0,
  EntryConfChange: 1,
  EntryConfChangeV2: 2,
} as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

const entryTypeNames: readonly string[] = [
  "EntryNormal",
  "EntryConfChange",
  "EntryConfChangeV2",
];

/** The name of a number of EntryType; a number without one as decimal text. */
export function entryTypeName(value: number): string {
  return entryTypeNames[value] ?? String(value);
}

/** One entry of the log. */
export type Entry = {
  type: EntryType;
  term: number;
  index: number;
  /** The payload; absent in the empty entry of a new leader. */
  data: Uint8Array | undefined;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `Entry.explicitZeros`. */
export const EntryZeros = {
  type: 1,
  term: 2,
  index: 4,
} as const;

/** An Entry with defaults for what `init` leaves out. */
export function newEntry(init: Partial<Entry> = {}): Entry {
  return {
    type: init.type ?? 0,
    term: init.term ?? 0,
    index: init.index ?? 0,
    data: init.data,
    explicitZeros: init.explicitZeros ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeEntry(x: Entry): number {
  let size = 0;
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeNumber(x.type);
  if (x.term !== 0 || (x.explicitZeros & 2) !== 0) size += 1 + sizeNumber(x.term);
  if (x.index !== 0 || (x.explicitZeros & 4) !== 0) size += 1 + sizeNumber(x.index);
  if (x.data !== undefined) size += 1 + sizeNumber(x.data.length) + x.data.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeEntry` bytes. */
export function writeEntry(w: Writer, x: Entry): void {
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.number(x.type);
  }
  if (x.term !== 0 || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.number(x.term);
  }
  if (x.index !== 0 || (x.explicitZeros & 4) !== 0) {
    w.number(24);
    w.number(x.index);
  }
  if (x.data !== undefined) {
    w.number(34);
    w.view(x.data);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readEntry(r: Reader): Entry {
  let type: EntryType = 0;
  let term = 0;
  let index = 0;
  let data: Uint8Array | undefined;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        type = r.number() as EntryType;
        if (type === 0) explicitZeros |= 1;
        break;
      case 16:
        term = r.number();
        if (term === 0) explicitZeros |= 2;
        break;
      case 24:
        index = r.number();
        if (index === 0) explicitZeros |= 4;
        break;
      case 34:
        data = r.view();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    type,
    term,
    index,
    data,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeEntry(x: Entry): Uint8Array {
  const bytes = new Uint8Array(sizeEntry(x));
  writeEntry(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeEntry(bytes: Uint8Array): Entry {
  return readEntry(new Reader(bytes));
}

/** A configuration by ids. */
export type ConfState = {
  voters: bigint[];
  learners: bigint[];
  /** Voters of the outgoing half of a joint configuration. */
  votersOutgoing: bigint[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  learnersNext: bigint[];
  autoLeave: boolean;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `ConfState.explicitZeros`. */
export const ConfStateZeros = {
  autoLeave: 16,
} as const;

/** A ConfState with defaults for what `init` leaves out. */
export function newConfState(init: Partial<ConfState> = {}): ConfState {
  return {
    voters: init.voters ?? [],
    learners: init.learners ?? [],
    votersOutgoing: init.votersOutgoing ?? [],
    learnersNext: init.learnersNext ?? [],
    autoLeave: init.autoLeave ?? false,
    explicitZeros: init.explicitZeros ?? 16,
  };
}

/** Encoded length in bytes. */
export function sizeConfState(x: ConfState): number {
  let size = 0;
  for (let i = 0; i < x.voters.length; i++) size += 1 + sizeId(x.voters[i]!);
  for (let i = 0; i < x.learners.length; i++) size += 1 + sizeId(x.learners[i]!);
  for (let i = 0; i < x.votersOutgoing.length; i++) size += 1 + sizeId(x.votersOutgoing[i]!);
  for (let i = 0; i < x.learnersNext.length; i++) size += 1 + sizeId(x.learnersNext[i]!);
  if (x.autoLeave || (x.explicitZeros & 16) !== 0) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeConfState` bytes. */
export function writeConfState(w: Writer, x: ConfState): void {
  for (let i = 0; i < x.voters.length; i++) {
    w.number(8);
    w.id(x.voters[i]!);
  }
  for (let i = 0; i < x.learners.length; i++) {
    w.number(16);
    w.id(x.learners[i]!);
  }
  for (let i = 0; i < x.votersOutgoing.length; i++) {
    w.number(24);
    w.id(x.votersOutgoing[i]!);
  }
  for (let i = 0; i < x.learnersNext.length; i++) {
    w.number(32);
    w.id(x.learnersNext[i]!);
  }
  if (x.autoLeave || (x.explicitZeros & 16) !== 0) {
    w.number(40);
    w.bool(x.autoLeave);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readConfState(r: Reader): ConfState {
  const voters: bigint[] = [];
  const learners: bigint[] = [];
  const votersOutgoing: bigint[] = [];
  const learnersNext: bigint[] = [];
  let autoLeave = false;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        voters.push(r.id());
        break;
      case 10: {
        const outer = r.enter();
        while (r.pos < r.end) voters.push(r.id());
        r.leave(outer);
        break;
      }
      case 16:
        learners.push(r.id());
        break;
      case 18: {
        const outer = r.enter();
        while (r.pos < r.end) learners.push(r.id());
        r.leave(outer);
        break;
      }
      case 24:
        votersOutgoing.push(r.id());
        break;
      case 26: {
        const outer = r.enter();
        while (r.pos < r.end) votersOutgoing.push(r.id());
        r.leave(outer);
        break;
      }
      case 32:
        learnersNext.push(r.id());
        break;
      case 34: {
        const outer = r.enter();
        while (r.pos < r.end) learnersNext.push(r.id());
        r.leave(outer);
        break;
      }
      case 40:
        autoLeave = r.bool();
        if (!autoLeave) explicitZeros |= 16;
        break;
      default:
        r.skip(tag, 5);
    }
  }
  return {
    voters,
    learners,
    votersOutgoing,
    learnersNext,
    autoLeave,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeConfState(x: ConfState): Uint8Array {
  const bytes = new Uint8Array(sizeConfState(x));
  writeConfState(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeConfState(bytes: Uint8Array): ConfState {
  return readConfState(new Reader(bytes));
}

/** Where in the log a snapshot stands. */
export type SnapshotMetadata = {
  confState: ConfState;
  index: number;
  term: number;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `SnapshotMetadata.explicitZeros`. */
export const SnapshotMetadataZeros = {
  index: 2,
  term: 4,
} as const;

/** A SnapshotMetadata with defaults for what `init` leaves out. */
export function newSnapshotMetadata(init: Partial<SnapshotMetadata> = {}): SnapshotMetadata {
  return {
    confState: init.confState ?? newConfState(),
    index: init.index ?? 0,
    term: init.term ?? 0,
    explicitZeros: init.explicitZeros ?? 6,
  };
}

/** Encoded length in bytes. */
export function sizeSnapshotMetadata(x: SnapshotMetadata): number {
  let size = 0;
  {
    const length = sizeConfState(x.confState);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.index !== 0 || (x.explicitZeros & 2) !== 0) size += 1 + sizeNumber(x.index);
  if (x.term !== 0 || (x.explicitZeros & 4) !== 0) size += 1 + sizeNumber(x.term);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeSnapshotMetadata` bytes. */
export function writeSnapshotMetadata(w: Writer, x: SnapshotMetadata): void {
  {
    w.number(10);
    w.number(sizeConfState(x.confState));
    writeConfState(w, x.confState);
  }
  if (x.index !== 0 || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.number(x.index);
  }
  if (x.term !== 0 || (x.explicitZeros & 4) !== 0) {
    w.number(24);
    w.number(x.term);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readSnapshotMetadata(r: Reader): SnapshotMetadata {
  let confState: ConfState | undefined;
  let index = 0;
  let term = 0;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        confState = readConfState(r);
        r.leave(outer);
        break;
      }
      case 16:
        index = r.number();
        if (index === 0) explicitZeros |= 2;
        break;
      case 24:
        term = r.number();
        if (term === 0) explicitZeros |= 4;
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    confState: confState ?? newConfState(),
    index,
    term,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeSnapshotMetadata(x: SnapshotMetadata): Uint8Array {
  const bytes = new Uint8Array(sizeSnapshotMetadata(x));
  writeSnapshotMetadata(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeSnapshotMetadata(bytes: Uint8Array): SnapshotMetadata {
  return readSnapshotMetadata(new Reader(bytes));
}

/** The state of an application at one index. */
export type Snapshot = {
  data: Uint8Array | undefined;
  metadata: SnapshotMetadata;
};

/** A Snapshot with defaults for what `init` leaves out. */
export function newSnapshot(init: Partial<Snapshot> = {}): Snapshot {
  return {
    data: init.data,
    metadata: init.metadata ?? newSnapshotMetadata(),
  };
}

/** Encoded length in bytes. */
export function sizeSnapshot(x: Snapshot): number {
  let size = 0;
  if (x.data !== undefined) size += 1 + sizeNumber(x.data.length) + x.data.length;
  {
    const length = sizeSnapshotMetadata(x.metadata);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeSnapshot` bytes. */
export function writeSnapshot(w: Writer, x: Snapshot): void {
  if (x.data !== undefined) {
    w.number(10);
    w.view(x.data);
  }
  {
    w.number(18);
    w.number(sizeSnapshotMetadata(x.metadata));
    writeSnapshotMetadata(w, x.metadata);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readSnapshot(r: Reader): Snapshot {
  let data: Uint8Array | undefined;
  let metadata: SnapshotMetadata | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        data = r.view();
        break;
      case 18: {
        const outer = r.enter();
        metadata = readSnapshotMetadata(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    data,
    metadata: metadata ?? newSnapshotMetadata(),
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeSnapshot(x: Snapshot): Uint8Array {
  const bytes = new Uint8Array(sizeSnapshot(x));
  writeSnapshot(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  return readSnapshot(new Reader(bytes));
}

/** MessageType, with its numbers on the wire. */
export const MessageType = {
  MsgHup: 0,
  MsgBeat: 1,
  MsgProp: 2,
  MsgApp: 3,
  MsgAppResp: 4,
  MsgVote: 5,
  MsgVoteResp: 6,
  MsgSnap: 7,
  MsgHeartbeat: 8,
  MsgHeartbeatResp: 9,
  MsgUnreachable: 10,
  MsgSnapStatus: 11,
  MsgCheckQuorum: 12,
  MsgTransferLeader: 13,
  MsgTimeoutNow: 14,
  MsgReadIndex: 15,
  MsgReadIndexResp: 16,
  MsgPreVote: 17,
  MsgPreVoteResp: 18,
  MsgStorageAppend: 19,
  MsgStorageAppendResp: 20,
  MsgStorageApply: 21,
  MsgStorageApplyResp: 22,
  MsgForgetLeader: 23,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

const messageTypeNames: readonly string[] = [
  "MsgHup",
  "MsgBeat",
  "MsgProp",
  "MsgApp",
  "MsgAppResp",
  "MsgVote",
  "MsgVoteResp",
  "MsgSnap",
  "MsgHeartbeat",
  "MsgHeartbeatResp",
  "MsgUnreachable",
  "MsgSnapStatus",
  "MsgCheckQuorum",
  "MsgTransferLeader",
  "MsgTimeoutNow",
  "MsgReadIndex",
  "MsgReadIndexResp",
  "MsgPreVote",
  "MsgPreVoteResp",
  "MsgStorageAppend",
  "MsgStorageAppendResp",
  "MsgStorageApply",
  "MsgStorageApplyResp",
  "MsgForgetLeader",
];

/** The name of a number of MessageType; a number without one as decimal text. */
export function messageTypeName(value: number): string {
  return messageTypeNames[value] ?? String(value);
}

/** A message between members, or between a member and its storage. */
export type Message = {
  type: MessageType;
  to: bigint;
  from: bigint;
  term: number;
  /** Term of the entry at `index`. */
  logTerm: number;
  index: number;
  entries: Entry[];
  commit: number;
  snapshot: Snapshot | undefined;
  reject: boolean;
  rejectHint: number;
  context: Uint8Array | undefined;
  /** Only to local storage. */
  vote: bigint;
  /** Only to local storage: what to deliver once the work is done. */
  responses: Message[];
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `Message.explicitZeros`. */
export const MessageZeros = {
  type: 1,
  to: 2,
  from: 4,
  term: 8,
  logTerm: 16,
  index: 32,
  commit: 128,
  reject: 512,
  rejectHint: 1024,
  vote: 4096,
} as const;

/** A Message with defaults for what `init` leaves out. */
export function newMessage(init: Partial<Message> = {}): Message {
  return {
    type: init.type ?? 0,
    to: init.to ?? 0n,
    from: init.from ?? 0n,
    term: init.term ?? 0,
    logTerm: init.logTerm ?? 0,
    index: init.index ?? 0,
    entries: init.entries ?? [],
    commit: init.commit ?? 0,
    snapshot: init.snapshot,
    reject: init.reject ?? false,
    rejectHint: init.rejectHint ?? 0,
    context: init.context,
    vote: init.vote ?? 0n,
    responses: init.responses ?? [],
    explicitZeros: init.explicitZeros ?? 1727,
  };
}

/** Encoded length in bytes. */
export function sizeMessage(x: Message): number {
  let size = 0;
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeNumber(x.type);
  if (x.to !== 0n || (x.explicitZeros & 2) !== 0) size += 1 + sizeId(x.to);
  if (x.from !== 0n || (x.explicitZeros & 4) !== 0) size += 1 + sizeId(x.from);
  if (x.term !== 0 || (x.explicitZeros & 8) !== 0) size += 1 + sizeNumber(x.term);
  if (x.logTerm !== 0 || (x.explicitZeros & 16) !== 0) size += 1 + sizeNumber(x.logTerm);
  if (x.index !== 0 || (x.explicitZeros & 32) !== 0) size += 1 + sizeNumber(x.index);
  for (let i = 0; i < x.entries.length; i++) {
    const length = sizeEntry(x.entries[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.commit !== 0 || (x.explicitZeros & 128) !== 0) size += 1 + sizeNumber(x.commit);
  if (x.snapshot !== undefined) {
    const length = sizeSnapshot(x.snapshot);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.reject || (x.explicitZeros & 512) !== 0) size += 2;
  if (x.rejectHint !== 0 || (x.explicitZeros & 1024) !== 0) size += 1 + sizeNumber(x.rejectHint);
  if (x.context !== undefined) size += 1 + sizeNumber(x.context.length) + x.context.length;
  if (x.vote !== 0n || (x.explicitZeros & 4096) !== 0) size += 1 + sizeId(x.vote);
  for (let i = 0; i < x.responses.length; i++) {
    const length = sizeMessage(x.responses[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeMessage` bytes. */
export function writeMessage(w: Writer, x: Message): void {
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.number(x.type);
  }
  if (x.to !== 0n || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.id(x.to);
  }
  if (x.from !== 0n || (x.explicitZeros & 4) !== 0) {
    w.number(24);
    w.id(x.from);
  }
  if (x.term !== 0 || (x.explicitZeros & 8) !== 0) {
    w.number(32);
    w.number(x.term);
  }
  if (x.logTerm !== 0 || (x.explicitZeros & 16) !== 0) {
    w.number(40);
    w.number(x.logTerm);
  }
  if (x.index !== 0 || (x.explicitZeros & 32) !== 0) {
    w.number(48);
    w.number(x.index);
  }
  for (let i = 0; i < x.entries.length; i++) {
    w.number(58);
    w.number(sizeEntry(x.entries[i]!));
    writeEntry(w, x.entries[i]!);
  }
  if (x.commit !== 0 || (x.explicitZeros & 128) !== 0) {
    w.number(64);
    w.number(x.commit);
  }
  if (x.snapshot !== undefined) {
    w.number(74);
    w.number(sizeSnapshot(x.snapshot));
    writeSnapshot(w, x.snapshot);
  }
  if (x.reject || (x.explicitZeros & 512) !== 0) {
    w.number(80);
    w.bool(x.reject);
  }
  if (x.rejectHint !== 0 || (x.explicitZeros & 1024) !== 0) {
    w.number(88);
    w.number(x.rejectHint);
  }
  if (x.context !== undefined) {
    w.number(98);
    w.view(x.context);
  }
  if (x.vote !== 0n || (x.explicitZeros & 4096) !== 0) {
    w.number(104);
    w.id(x.vote);
  }
  for (let i = 0; i < x.responses.length; i++) {
    w.number(114);
    w.number(sizeMessage(x.responses[i]!));
    writeMessage(w, x.responses[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readMessage(r: Reader): Message {
  let type: MessageType = 0;
  let to = 0n;
  let from = 0n;
  let term = 0;
  let logTerm = 0;
  let index = 0;
  const entries: Entry[] = [];
  let commit = 0;
  let snapshot: Snapshot | undefined;
  let reject = false;
  let rejectHint = 0;
  let context: Uint8Array | undefined;
  let vote = 0n;
  const responses: Message[] = [];
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        type = r.number() as MessageType;
        if (type === 0) explicitZeros |= 1;
        break;
      case 16:
        to = r.id();
        if (to === 0n) explicitZeros |= 2;
        break;
      case 24:
        from = r.id();
        if (from === 0n) explicitZeros |= 4;
        break;
      case 32:
        term = r.number();
        if (term === 0) explicitZeros |= 8;
        break;
      case 40:
        logTerm = r.number();
        if (logTerm === 0) explicitZeros |= 16;
        break;
      case 48:
        index = r.number();
        if (index === 0) explicitZeros |= 32;
        break;
      case 58: {
        const outer = r.enter();
        entries.push(readEntry(r));
        r.leave(outer);
        break;
      }
      case 64:
        commit = r.number();
        if (commit === 0) explicitZeros |= 128;
        break;
      case 74: {
        const outer = r.enter();
        snapshot = readSnapshot(r);
        r.leave(outer);
        break;
      }
      case 80:
        reject = r.bool();
        if (!reject) explicitZeros |= 512;
        break;
      case 88:
        rejectHint = r.number();
        if (rejectHint === 0) explicitZeros |= 1024;
        break;
      case 98:
        context = r.view();
        break;
      case 104:
        vote = r.id();
        if (vote === 0n) explicitZeros |= 4096;
        break;
      case 114: {
        const outer = r.enter();
        responses.push(readMessage(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 14);
    }
  }
  return {
    type,
    to,
    from,
    term,
    logTerm,
    index,
    entries,
    commit,
    snapshot,
    reject,
    rejectHint,
    context,
    vote,
    responses,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeMessage(x: Message): Uint8Array {
  const bytes = new Uint8Array(sizeMessage(x));
  writeMessage(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeMessage(bytes: Uint8Array): Message {
  return readMessage(new Reader(bytes));
}

/** What a member must remember across restarts. */
export type HardState = {
  term: number;
  vote: bigint;
  commit: number;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `HardState.explicitZeros`. */
export const HardStateZeros = {
  term: 1,
  vote: 2,
  commit: 4,
} as const;

/** A HardState with defaults for what `init` leaves out. */
export function newHardState(init: Partial<HardState> = {}): HardState {
  return {
    term: init.term ?? 0,
    vote: init.vote ?? 0n,
    commit: init.commit ?? 0,
    explicitZeros: init.explicitZeros ?? 7,
  };
}

/** Encoded length in bytes. */
export function sizeHardState(x: HardState): number {
  let size = 0;
  if (x.term !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeNumber(x.term);
  if (x.vote !== 0n || (x.explicitZeros & 2) !== 0) size += 1 + sizeId(x.vote);
  if (x.commit !== 0 || (x.explicitZeros & 4) !== 0) size += 1 + sizeNumber(x.commit);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeHardState` bytes. */
export function writeHardState(w: Writer, x: HardState): void {
  if (x.term !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.number(x.term);
  }
  if (x.vote !== 0n || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.id(x.vote);
  }
  if (x.commit !== 0 || (x.explicitZeros & 4) !== 0) {
    w.number(24);
    w.number(x.commit);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHardState(r: Reader): HardState {
  let term = 0;
  let vote = 0n;
  let commit = 0;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        term = r.number();
        if (term === 0) explicitZeros |= 1;
        break;
      case 16:
        vote = r.id();
        if (vote === 0n) explicitZeros |= 2;
        break;
      case 24:
        commit = r.number();
        if (commit === 0) explicitZeros |= 4;
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    term,
    vote,
    commit,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHardState(x: HardState): Uint8Array {
  const bytes = new Uint8Array(sizeHardState(x));
  writeHardState(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHardState(bytes: Uint8Array): HardState {
  return readHardState(new Reader(bytes));
}

/** ConfChangeTransition, with its numbers on the wire. */
export const ConfChangeTransition = {
  ConfChangeTransitionAuto: 0,
  ConfChangeTransitionJointImplicit: 1,
  ConfChangeTransitionJointExplicit: 2,
} as const;
export type ConfChangeTransition = (typeof ConfChangeTransition)[keyof typeof ConfChangeTransition];

const confChangeTransitionNames: readonly string[] = [
  "ConfChangeTransitionAuto",
  "ConfChangeTransitionJointImplicit",
  "ConfChangeTransitionJointExplicit",
];

/** The name of a number of ConfChangeTransition; a number without one as decimal text. */
export function confChangeTransitionName(value: number): string {
  return confChangeTransitionNames[value] ?? String(value);
}

/** ConfChangeType, with its numbers on the wire. */
export const ConfChangeType = {
  ConfChangeAddNode: 0,
  ConfChangeRemoveNode: 1,
  ConfChangeUpdateNode: 2,
  ConfChangeAddLearnerNode: 3,
} as const;
export type ConfChangeType = (typeof ConfChangeType)[keyof typeof ConfChangeType];

const confChangeTypeNames: readonly string[] = [
  "ConfChangeAddNode",
  "ConfChangeRemoveNode",
  "ConfChangeUpdateNode",
  "ConfChangeAddLearnerNode",
];

/** The name of a number of ConfChangeType; a number without one as decimal text. */
export function confChangeTypeName(value: number): string {
  return confChangeTypeNames[value] ?? String(value);
}

/** A change of one member. */
export type ConfChange = {
  id: bigint;
  type: ConfChangeType;
  nodeId: bigint;
  context: Uint8Array | undefined;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `ConfChange.explicitZeros`. */
export const ConfChangeZeros = {
  id: 1,
  type: 2,
  nodeId: 4,
} as const;

/** A ConfChange with defaults for what `init` leaves out. */
export function newConfChange(init: Partial<ConfChange> = {}): ConfChange {
  return {
    id: init.id ?? 0n,
    type: init.type ?? 0,
    nodeId: init.nodeId ?? 0n,
    context: init.context,
    explicitZeros: init.explicitZeros ?? 6,
  };
}

/** Encoded length in bytes. */
export function sizeConfChange(x: ConfChange): number {
  let size = 0;
  if (x.id !== 0n || (x.explicitZeros & 1) !== 0) size += 1 + sizeId(x.id);
  if (x.type !== 0 || (x.explicitZeros & 2) !== 0) size += 1 + sizeNumber(x.type);
  if (x.nodeId !== 0n || (x.explicitZeros & 4) !== 0) size += 1 + sizeId(x.nodeId);
  if (x.context !== undefined) size += 1 + sizeNumber(x.context.length) + x.context.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeConfChange` bytes. */
export function writeConfChange(w: Writer, x: ConfChange): void {
  if (x.id !== 0n || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.id(x.id);
  }
  if (x.type !== 0 || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.number(x.type);
  }
  if (x.nodeId !== 0n || (x.explicitZeros & 4) !== 0) {
    w.number(24);
    w.id(x.nodeId);
  }
  if (x.context !== undefined) {
    w.number(34);
    w.view(x.context);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readConfChange(r: Reader): ConfChange {
  let id = 0n;
  let type: ConfChangeType = 0;
  let nodeId = 0n;
  let context: Uint8Array | undefined;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        id = r.id();
        if (id === 0n) explicitZeros |= 1;
        break;
      case 16:
        type = r.number() as ConfChangeType;
        if (type === 0) explicitZeros |= 2;
        break;
      case 24:
        nodeId = r.id();
        if (nodeId === 0n) explicitZeros |= 4;
        break;
      case 34:
        context = r.view();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    id,
    type,
    nodeId,
    context,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeConfChange(x: ConfChange): Uint8Array {
  const bytes = new Uint8Array(sizeConfChange(x));
  writeConfChange(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeConfChange(bytes: Uint8Array): ConfChange {
  return readConfChange(new Reader(bytes));
}

/** One step of a ConfChangeV2. */
export type ConfChangeSingle = {
  type: ConfChangeType;
  nodeId: bigint;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `ConfChangeSingle.explicitZeros`. */
export const ConfChangeSingleZeros = {
  type: 1,
  nodeId: 2,
} as const;

/** A ConfChangeSingle with defaults for what `init` leaves out. */
export function newConfChangeSingle(init: Partial<ConfChangeSingle> = {}): ConfChangeSingle {
  return {
    type: init.type ?? 0,
    nodeId: init.nodeId ?? 0n,
    explicitZeros: init.explicitZeros ?? 3,
  };
}

/** Encoded length in bytes. */
export function sizeConfChangeSingle(x: ConfChangeSingle): number {
  let size = 0;
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeNumber(x.type);
  if (x.nodeId !== 0n || (x.explicitZeros & 2) !== 0) size += 1 + sizeId(x.nodeId);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeConfChangeSingle` bytes. */
export function writeConfChangeSingle(w: Writer, x: ConfChangeSingle): void {
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.number(x.type);
  }
  if (x.nodeId !== 0n || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.id(x.nodeId);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readConfChangeSingle(r: Reader): ConfChangeSingle {
  let type: ConfChangeType = 0;
  let nodeId = 0n;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        type = r.number() as ConfChangeType;
        if (type === 0) explicitZeros |= 1;
        break;
      case 16:
        nodeId = r.id();
        if (nodeId === 0n) explicitZeros |= 2;
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    type,
    nodeId,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeConfChangeSingle(x: ConfChangeSingle): Uint8Array {
  const bytes = new Uint8Array(sizeConfChangeSingle(x));
  writeConfChangeSingle(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeConfChangeSingle(bytes: Uint8Array): ConfChangeSingle {
  return readConfChangeSingle(new Reader(bytes));
}

/** A change of any number of members. */
export type ConfChangeV2 = {
  transition: ConfChangeTransition;
  changes: ConfChangeSingle[];
  context: Uint8Array | undefined;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `ConfChangeV2.explicitZeros`. */
export const ConfChangeV2Zeros = {
  transition: 1,
} as const;

/** A ConfChangeV2 with defaults for what `init` leaves out. */
export function newConfChangeV2(init: Partial<ConfChangeV2> = {}): ConfChangeV2 {
  return {
    transition: init.transition ?? 0,
    changes: init.changes ?? [],
    context: init.context,
    explicitZeros: init.explicitZeros ?? 1,
  };
}

/** Encoded length in bytes. */
export function sizeConfChangeV2(x: ConfChangeV2): number {
  let size = 0;
  if (x.transition !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeNumber(x.transition);
  for (let i = 0; i < x.changes.length; i++) {
    const length = sizeConfChangeSingle(x.changes[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.context !== undefined) size += 1 + sizeNumber(x.context.length) + x.context.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeConfChangeV2` bytes. */
export function writeConfChangeV2(w: Writer, x: ConfChangeV2): void {
  if (x.transition !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.number(x.transition);
  }
  for (let i = 0; i < x.changes.length; i++) {
    w.number(18);
    w.number(sizeConfChangeSingle(x.changes[i]!));
    writeConfChangeSingle(w, x.changes[i]!);
  }
  if (x.context !== undefined) {
    w.number(26);
    w.view(x.context);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readConfChangeV2(r: Reader): ConfChangeV2 {
  let transition: ConfChangeTransition = 0;
  const changes: ConfChangeSingle[] = [];
  let context: Uint8Array | undefined;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        transition = r.number() as ConfChangeTransition;
        if (transition === 0) explicitZeros |= 1;
        break;
      case 18: {
        const outer = r.enter();
        changes.push(readConfChangeSingle(r));
        r.leave(outer);
        break;
      }
      case 26:
        context = r.view();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    transition,
    changes,
    context,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeConfChangeV2(x: ConfChangeV2): Uint8Array {
  const bytes = new Uint8Array(sizeConfChangeV2(x));
  writeConfChangeV2(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeConfChangeV2(bytes: Uint8Array): ConfChangeV2 {
  return readConfChangeV2(new Reader(bytes));
}
