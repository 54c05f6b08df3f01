import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryBackend, toHex } from "@quorate/base";
import { AlarmAction, AlarmType, newAlarmRequest } from "@quorate/proto";
import { Alarms } from "./alarms.ts";

describe("machine/alarms", () => {
  const NOSPACE = { memberID: 0xfd42_2379_fda5_0e48n, alarm: AlarmType.NOSPACE };
  const CORRUPT = { memberID: 2n, alarm: AlarmType.CORRUPT };

  it("raises once, lists by type, lifts exactly, and keeps rows in etcd's bytes", () => {
    const backend = new MemoryBackend();
    const alarms = new Alarms(backend);
    const apply = (action: AlarmAction, alarm: { memberID: bigint; alarm: AlarmType }) =>
      alarms.apply(newAlarmRequest({ action, ...alarm }));
    assert.deepEqual(apply(AlarmAction.ACTIVATE, NOSPACE), [NOSPACE]);
    assert.deepEqual(apply(AlarmAction.ACTIVATE, NOSPACE), [NOSPACE]);
    assert.deepEqual(apply(AlarmAction.ACTIVATE, CORRUPT), [CORRUPT]);
    assert.deepEqual(apply(AlarmAction.ACTIVATE, { memberID: 2n, alarm: AlarmType.NONE }), []);
    assert.deepEqual(apply(9 as AlarmAction, NOSPACE), []);
    assert.deepEqual(apply(AlarmAction.GET, { memberID: 0n, alarm: AlarmType.NONE }), [NOSPACE, CORRUPT]);
    assert.deepEqual(apply(AlarmAction.GET, { memberID: 0n, alarm: AlarmType.CORRUPT }), [CORRUPT]);
    const rows: string[] = [];
    backend.range(
      "alarm",
      new Uint8Array(0),
      undefined,
      (key, value) => rows.push(`${toHex(key)}=${value.length}`) > 0,
    );
    assert.deepEqual(rows, ["08021002=0", "08c89c94ed9fef88a1fd011001=0"]);
    assert.deepEqual(apply(AlarmAction.DEACTIVATE, { memberID: 3n, alarm: AlarmType.CORRUPT }), []);
    assert.deepEqual(apply(AlarmAction.DEACTIVATE, CORRUPT), [CORRUPT]);
    assert.equal(alarms.has(AlarmType.CORRUPT), false);
    assert.deepEqual(new Alarms(backend).list(), [NOSPACE]);
  });
});
