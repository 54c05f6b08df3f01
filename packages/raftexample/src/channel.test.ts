import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Channel } from "./channel.ts";

describe("raftexample/channel", () => {
  it("hands over at once, in order", () => {
    const channel = new Channel<number>("numbers");
    const got: number[] = [];
    channel.receive((item) => void got.push(item));
    assert.deepEqual([channel.send(1), got.slice(), channel.send(2), got], [true, [1], true, [1, 2]]);
  });

  it("says that nobody took it once closed", () => {
    const channel = new Channel<number>("numbers");
    channel.receive(() => assert.fail("handed over after the close"));
    channel.close();
    assert.equal(channel.send(1), false);
  });

  it("has exactly one receiver", () => {
    const channel = new Channel<number>("numbers");
    assert.throws(() => channel.send(1), /numbers has a receiver before it is used/);
    channel.receive(() => {});
    assert.throws(() => channel.receive(() => {}), /numbers has one receiver/);
  });
});
