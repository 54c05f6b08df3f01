import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventType, encodeWatchResponse, newKeyValue, newResponseHeader, newWatchResponse } from "@quorate/proto";
import { WatchTally } from "./watch-tally.ts";

const header = newResponseHeader({ clusterId: 2n ** 63n + 7n, memberId: 3n, revision: 300, raftTerm: 2 });

describe("bench/watch-tally", () => {
  it("counts watchers and events as the codec would, in a message that lies in the midst of others", () => {
    const event = {
      type: EventType.PUT,
      kv: newKeyValue({ key: new Uint8Array(11), value: new Uint8Array(256) }),
      prevKv: undefined,
    };
    const message = encodeWatchResponse(newWatchResponse({ header, watchId: 130, events: [event, event, event] }));
    const created = encodeWatchResponse(newWatchResponse({ header, watchId: 130, created: true }));
    const bytes = new Uint8Array([...created, ...message, ...created]);
    const tally = new WatchTally();
    tally.add(bytes, 0, created.length);
    tally.add(bytes, created.length, created.length + message.length);
    assert.deepEqual([tally.created, tally.events], [1, 3]);
  });

  it("fails on a watcher that was cancelled", () => {
    const message = encodeWatchResponse(newWatchResponse({ header, watchId: 1, canceled: true }));
    assert.throws(() => new WatchTally().add(message, 0, message.length), /cancelled/);
  });
});
