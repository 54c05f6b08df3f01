/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), chainable: the checksum of `a ++ b` is `crc32c(b, crc32c(a))`. That is how
 * etcd's WAL seeds each record with the sum of all records before it. Slicing-by-8: eight table look-ups for eight bytes.
 */

const POLYNOMIAL_REFLECTED = 0x82f63b78;
/** Eight tables of 256 numbers, one behind the other: table k carries a byte on through k more bytes of zeros. */
const TABLES: Int32Array = buildTables();

/** CRC-32C of `bytes[start, end)` continuing from `previous` (0 at the start of a stream); an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, previous = 0, start = 0, end: number = bytes.length): number {
  const t = TABLES;
  let crc = ~previous;
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      t[7 * 256 + (low & 255)]! ^
      t[6 * 256 + ((low >>> 8) & 255)]! ^
      t[5 * 256 + ((low >>> 16) & 255)]! ^
      t[4 * 256 + (low >>> 24)]! ^
      t[3 * 256 + bytes[i + 4]!]! ^
      t[2 * 256 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL_REFLECTED : c >>> 1;
    tables[n] = c;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!;
    tables[i] = (before >>> 8) ^ tables[before & 255]!;
  }
  return tables;
}
