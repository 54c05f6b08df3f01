/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), chainable: the checksum of `a ++ b` is `crc32c(b, crc32c(a))`. That is how
 * etcd's WAL seeds each record with the sum of all records before it. Slicing-by-8: eight table look-ups for eight bytes.
 */

const POLYNOMIAL_REFLECTED = 0x82f63b78;
const TABLES: readonly Int32Array[] = buildTables();
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** CRC-32C of `bytes[start, end)` continuing from `previous` (0 at the start of a stream); an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, previous = 0, start = 0, end: number = bytes.length): number {
  let crc = ~previous;
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      T7[low & 255]! ^
      T6[(low >>> 8) & 255]! ^
      T5[(low >>> 16) & 255]! ^
      T4[low >>> 24]! ^
      T3[bytes[i + 4]!]! ^
      T2[bytes[i + 5]!]! ^
      T1[bytes[i + 6]!]! ^
      T0[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

function buildTables(): Int32Array[] {
  const first = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL_REFLECTED : c >>> 1;
    first[n] = c;
  }
  const tables = [first];
  for (let t = 1; t < 8; t++) {
    const before = tables[t - 1]!;
    tables.push(before.map((c) => (c >>> 8) ^ first[c & 255]!));
  }
  return tables;
}
