/** Rows that do not change, in the shape of a backend: for owners of rows that only want to read. */
import { type Backend, type BackendReader, fail } from "@quorate/base";

/** The rows of a moment as what `Cluster` reads from; nobody writes to it. */
export function readOnly(rows: BackendReader): Backend {
  const refuse = (): never => fail("the rows of a moment do not change");
  return {
    get: (bucket, key) => rows.get(bucket, key),
    range: (bucket, from, to, visit) => rows.range(bucket, from, to, visit),
    put: refuse,
    delete: refuse,
  };
}
