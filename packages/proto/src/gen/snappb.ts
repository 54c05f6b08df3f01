/**
 * The wrapper of a snapshot file, field-compatible with etcd's snappb.
 * Generated from proto/snappb.proto by `npm run protogen`; do not edit.
 */
import { Reader } from "../wire/reader.ts";
import { sizeNumber, Writer } from "../wire/writer.ts";

/** `data` is a raftpb.Snapshot, `crc` its CRC-32C. */
export type SnapFile = {
  crc: number;
  data: Uint8Array | undefined;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `SnapFile.explicitZeros`. */
export const SnapFileZeros = {
  crc: 1,
} as const;

/** A SnapFile with defaults for what `init` leaves out. */
export function newSnapFile(init: Partial<SnapFile> = {}): SnapFile {
  return {
    crc: init.crc ?? 0,
    data: init.data,
    explicitZeros: init.explicitZeros ?? 1,
  };
}

/** Encoded length in bytes. */
export function sizeSnapFile(x: SnapFile): number {
  let size = 0;
  if (x.crc !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeNumber(x.crc);
  if (x.data !== undefined) size += 1 + sizeNumber(x.data.length) + x.data.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeSnapFile` bytes. */
export function writeSnapFile(w: Writer, x: SnapFile): void {
  if (x.crc !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.number(x.crc);
  }
  if (x.data !== undefined) {
    w.number(18);
    w.view(x.data);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readSnapFile(r: Reader): SnapFile {
  let crc = 0;
  let data: Uint8Array | undefined;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        crc = r.uint32();
        if (crc === 0) explicitZeros |= 1;
        break;
      case 18:
        data = r.view();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    crc,
    data,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeSnapFile(x: SnapFile): Uint8Array {
  const bytes = new Uint8Array(sizeSnapFile(x));
  writeSnapFile(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeSnapFile(bytes: Uint8Array): SnapFile {
  return readSnapFile(new Reader(bytes));
}
