/** The bytes of a snapshot file: a raftpb.Snapshot inside a wrapper with its CRC-32C. Pure bytes. */
import { crc32c } from "@quorate/base";
import {
  decodeSnapFile,
  decodeSnapshot,
  encodeSnapFile,
  encodeSnapshot,
  newSnapFile,
  ProtoError,
  type Snapshot,
} from "@quorate/proto";
import { corrupt } from "../errors.ts";

/** `<term>-<index>.snap`, sixteen hex digits each, so that names sort by age. */
export function snapFileName(term: number, index: number): string {
  return `${hex16(term)}-${hex16(index)}.snap`;
}

/** `<index>.snap.db`: the backend that belongs to the snapshot at this index. */
export function snapDbName(index: number): string {
  return `${hex16(index)}.snap.db`;
}

/** Index of a received backend's name, or undefined for another file. */
export function parseSnapDbName(name: string): number | undefined {
  const match = /^([0-9a-f]{16})\.snap\.db$/.exec(name);
  return match === null ? undefined : Number.parseInt(match[1]!, 16);
}

/** Term and index of a snapshot file's name, or undefined for another file. */
export function parseSnapFileName(name: string): { readonly term: number; readonly index: number } | undefined {
  const match = /^([0-9a-f]{16})-([0-9a-f]{16})\.snap$/.exec(name);
  return match === null ? undefined : { term: Number.parseInt(match[1]!, 16), index: Number.parseInt(match[2]!, 16) };
}

export function encodeSnapshotFile(snapshot: Snapshot): Uint8Array {
  const data = encodeSnapshot(snapshot);
  return encodeSnapFile(newSnapFile({ crc: crc32c(data), data }));
}

/** @throws StorageError `Corrupt` for an empty, cut or altered file. */
export function decodeSnapshotFile(path: string, bytes: Uint8Array): Snapshot {
  try {
    const { crc, data } = decodeSnapFile(bytes);
    if (data === undefined || data.length === 0 || crc === 0) throw corrupt(path, 0, "the snapshot file is empty");
    if (crc32c(data) !== crc) throw corrupt(path, 0, "the snapshot's checksum does not match");
    return decodeSnapshot(data);
  } catch (error) {
    if (error instanceof ProtoError) throw corrupt(path, 0, error.message);
    throw error;
  }
}

function hex16(value: number): string {
  return value.toString(16).padStart(16, "0");
}
