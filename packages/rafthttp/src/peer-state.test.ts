import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, newMessage } from "@quorate/proto";
import { PeerStatus, pickChannel, UrlPicker } from "./peer-state.ts";

describe("rafthttp/peer-state", () => {
  describe("UrlPicker", () => {
    it("keeps a URL that works and goes round when one fails", () => {
      const picker = new UrlPicker(["a", "b", "c"]);
      assert.equal(picker.pick(), "a");
      assert.equal(picker.pick(), "a");
      for (const next of ["b", "c", "a"]) {
        picker.unreachable(picker.pick());
        assert.equal(picker.pick(), next);
      }
    });

    it("moves on once when two users fail on the same URL", () => {
      const picker = new UrlPicker(["a", "b", "c"]);
      picker.unreachable("a");
      picker.unreachable("a");
      assert.equal(picker.pick(), "b");
    });

    it("starts over with new URLs", () => {
      const picker = new UrlPicker(["a", "b"]);
      picker.unreachable("a");
      picker.update(["x", "y"]);
      assert.equal(picker.pick(), "x");
    });

    it("stays with an only URL", () => {
      const picker = new UrlPicker(["a"]);
      picker.unreachable("a");
      assert.equal(picker.pick(), "a");
    });
  });

  describe("PeerStatus", () => {
    it("is active since the first success after a failure", () => {
      let now = 5;
      const status = new PeerStatus(() => now);
      assert.equal(status.activeSince, undefined);
      assert.equal(status.activate(), true);
      now = 9;
      assert.equal(status.activate(), false);
      assert.equal(status.activeSince, 5);
      assert.equal(status.deactivate(), true);
      assert.equal(status.deactivate(), false);
      assert.equal(status.activeSince, undefined);
      assert.equal(status.activate(), true);
      assert.equal(status.activeSince, 9);
    });
  });

  describe("pickChannel", () => {
    const states = [
      { msgapp: true, message: true },
      { msgapp: true, message: false },
      { msgapp: false, message: true },
      { msgapp: false, message: false },
    ];
    const expected = new Map<number, string[]>([
      [MessageType.MsgApp, ["msgapp", "msgapp", "message", "pipeline"]],
      [MessageType.MsgSnap, ["pipeline", "pipeline", "pipeline", "pipeline"]],
    ]);

    for (const [name, type] of Object.entries(MessageType)) {
      it(`sends ${name} by the best channel that is up`, () => {
        assert.deepEqual(
          states.map((state) => pickChannel(newMessage({ type }), state)),
          expected.get(type) ?? ["message", "pipeline", "message", "pipeline"],
        );
      });
    }
  });
});
