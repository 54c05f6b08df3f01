/** Files that real etcd wrote. Where their folder is, and that it may be missing, is known here and nowhere else. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of fixtures: QUORATE_FIXTURES, or the one beside the checkout; undefined where there is none. */
export function fixturesFolder(): string | undefined {
  const folder = process.env["QUORATE_FIXTURES"] ?? join(import.meta.dirname, "../../../../shared/fixtures");
  return existsSync(folder) ? folder : undefined;
}

/** For the `skip` option of a test: false, or the reason. */
export function skipWithoutFixtures(): string | false {
  return fixturesFolder() === undefined ? "no fixtures of real etcd here: set QUORATE_FIXTURES to their folder" : false;
}

/** One fixture whole. */
export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(fixturesFolder() ?? "", name)));
}
