/** Turns the events of node's test runner into what a person reads: a line a suite, skips, failures in full, totals. */

/** What a test event tells; the part of node's event type that is used here. */
export type TestEvent = {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly details: {
    readonly duration_ms: number;
    readonly type?: string | undefined;
    readonly error?: Error & { readonly failureType?: string };
  };
};

type Counts = { passed: number; failed: number; skipped: number };

export class TestReport {
  readonly #print: (line: string) => void;
  readonly #total: Counts = { passed: 0, failed: 0, skipped: 0 };
  readonly #failures: string[] = [];
  readonly #skips: string[] = [];
  /** Counts of the suites that are still open, by test file: the events of several files come mixed. */
  readonly #open = new Map<string, Counts>();

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  passed(event: TestEvent): void {
    if (isFile(event)) return;
    if (event.details.type === "suite") return this.#closeSuite(event);
    const skipped = event.skip !== undefined && event.skip !== false;
    this.#count(event, skipped ? "skipped" : "passed");
    if (skipped) this.#skips.push(`skipped: ${event.name}${typeof event.skip === "string" ? ` (${event.skip})` : ""}`);
    if (event.nesting === 0) this.#closeSuite(event);
  }

  failed(event: TestEvent): void {
    const { error, type } = event.details;
    // A suite or file fails because a test in it did, which was told already, unless it broke on its own.
    const own = error?.failureType !== "subtestsFailed";
    if (own) {
      this.#count(event, "failed");
      const text = describeCause(error?.cause ?? error?.message ?? "failed");
      this.#failures.push(`FAIL  ${event.name}\n      ${event.file ?? ""}\n${indent(text)}`);
      this.#print(`FAIL  ${event.name}`);
    }
    if (type === "suite" || event.nesting === 0) this.#closeSuite(event);
  }

  /** Output of a test: seeds, and whatever a broken one says. */
  printed(text: string): void {
    for (const line of text.trimEnd().split("\n")) this.#print(`      ${line}`);
  }

  /** Prints what remains; true when all passed and there was something to pass. */
  finish(): boolean {
    const { passed, failed, skipped } = this.#total;
    for (const line of this.#skips) this.#print(line);
    for (const text of this.#failures) this.#print(`\n${text}`);
    if (passed + failed === 0) this.#print("no test matches");
    this.#print(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    return failed === 0 && passed > 0;
  }

  #count(event: TestEvent, what: keyof Counts): void {
    const key = event.file ?? "";
    const counts = this.#open.get(key) ?? { passed: 0, failed: 0, skipped: 0 };
    counts[what]++;
    this.#open.set(key, counts);
    this.#total[what]++;
  }

  /** Only outermost suites get a line. */
  #closeSuite(event: TestEvent): void {
    if (event.nesting > 0) return;
    const key = event.file ?? "";
    const counts = this.#open.get(key);
    if (counts === undefined) return;
    this.#open.delete(key);
    const { passed, failed, skipped } = counts;
    const more = `${failed > 0 ? `, ${failed} failed` : ""}${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    const time = `${Math.round(event.details.duration_ms)} ms`;
    this.#print(`${failed > 0 ? "FAIL" : "ok  "}  ${event.name}: ${passed} passed${more} (${time})`);
  }
}

/** Node wraps each test file in a test of its own, named after it. */
function isFile(event: TestEvent): boolean {
  return event.nesting === 0 && event.name.endsWith(".js");
}

/** The error and what caused it, down to the first one: a seed is told around the failure that it leads to. */
function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by: ${describeCause(error.cause)}`;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
}
