/** The one process in which the tests of pure packages run; run-tests.ts names the files in an environment variable. */

/** JSON array of absolute paths of compiled tests. */
export const PURE_TESTS_VARIABLE = "QUORATE_PURE_TESTS";

if (process.argv[1] === import.meta.filename) {
  for (const path of JSON.parse(process.env[PURE_TESTS_VARIABLE] ?? "[]") as string[]) await import(path);
}
