import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Append } from "@quorate/member";
import { type Message, newEntry, newHardState, newMessage, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import { AppendLine } from "./append-line.ts";

describe("server/append-line", () => {
  it("hands over at once, and reports each when it is durable, in order", async () => {
    const log = new HeldLog();
    const [a, b] = [append({ index: 1 }), append({ index: 2 })];
    log.line.add(a);
    log.line.add(b);
    assert.deepEqual(log.asked, ["save 1 sync", "save 2 sync"]);
    assert.deepEqual(await log.finish(0), [a]);
    assert.deepEqual(await log.finish(1), [a, b]);
  });

  it("says with a commit index alone nothing before what came earlier is durable", async () => {
    const log = new HeldLog();
    const [entry, commit] = [append({ index: 1 }), append({ commit: 1, responses: [newMessage()] })];
    log.line.add(entry);
    log.line.add(commit);
    assert.deepEqual(await log.finish(1), []);
    assert.deepEqual(await log.finish(0), [entry, commit]);
  });

  it("reports no commit index that nobody waits for", async () => {
    const log = new HeldLog();
    log.line.add(append({ commit: 1 }));
    assert.deepEqual(await log.finish(0), []);
    assert.deepEqual(log.asked, ["save - lazy"]);
  });

  it("holds everything behind a received snapshot until that is saved", async () => {
    const log = new HeldLog();
    const [snapshot, entry, second] = [append({ snapshot: 10 }), append({ index: 11 }), append({ snapshot: 20 })];
    for (const one of [snapshot, entry, second]) log.line.add(one);
    await nextTurn();
    assert.deepEqual(log.asked, ["snapshot 10"]);
    assert.deepEqual(await log.finish(0), []);
    assert.deepEqual(log.asked, ["snapshot 10", "save - sync"]);
    assert.deepEqual(await log.finish(1), [snapshot]);
    assert.deepEqual(log.asked.slice(2), ["save 11 sync"]);
    await log.finish(2);
    assert.deepEqual(log.asked.slice(3), ["snapshot 20"]);
    await log.finish(3);
    assert.deepEqual(await log.finish(4), [snapshot, entry, second]);
  });

  it("is fatal when the log fails, and reports nothing then", async () => {
    const log = new HeldLog();
    log.line.add(append({ index: 1 }));
    await log.fail(0);
    assert.deepEqual([log.reported.length, log.fatal], [0, ["disk"]]);
    const lazy = new HeldLog();
    lazy.line.add(append({ commit: 1 }));
    await lazy.fail(0);
    assert.deepEqual(lazy.fatal, ["disk"]);
  });
});

/** A log in the test's hand: it says what it is asked for, and is done with it when the test says so. */
class HeldLog {
  readonly asked: string[] = [];
  readonly reported: Append[] = [];
  readonly fatal: string[] = [];
  readonly line: AppendLine;
  readonly #settle: { readonly done: () => void; readonly failed: (error: Error) => void }[] = [];

  constructor() {
    this.line = new AppendLine({
      storage: {
        save: (_state, entries, mustSync) =>
          this.#hold(`save ${entries[0]?.index ?? "-"} ${mustSync ? "sync" : "lazy"}`),
        saveSnapshot: ({ metadata }) => this.#hold(`snapshot ${metadata.index}`),
      },
      onAppended: (one) => void this.reported.push(one),
      onFatal: (error) => void this.fatal.push(error instanceof Error ? error.message : ""),
    });
  }

  async finish(n: number): Promise<Append[]> {
    this.#settle[n]?.done();
    await nextTurn();
    return this.reported;
  }

  async fail(n: number): Promise<void> {
    this.#settle[n]?.failed(new Error("disk"));
    await nextTurn();
  }

  #hold(what: string): Promise<void> {
    this.asked.push(what);
    return new Promise((done, failed) => void this.#settle.push({ done, failed }));
  }
}

type Init = {
  readonly index?: number;
  readonly commit?: number;
  readonly snapshot?: number;
  readonly responses?: readonly Message[];
};

function append({ index, commit, snapshot, responses = [] }: Init): Append {
  return {
    snapshot:
      snapshot === undefined
        ? undefined
        : newSnapshot({ metadata: newSnapshotMetadata({ index: snapshot, term: 1 }), data: new Uint8Array(1) }),
    hardState: commit === undefined ? undefined : newHardState({ term: 1, commit }),
    entries: index === undefined ? [] : [newEntry({ index, term: 1 })],
    mustSync: index !== undefined || snapshot !== undefined,
    responses,
  };
}
