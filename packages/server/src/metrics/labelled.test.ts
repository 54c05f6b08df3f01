import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Exposition } from "./exposition.ts";
import { CheckCounter, LabelledCounter, OperationTimes } from "./labelled.ts";

describe("server/labelled", () => {
  it("counts by label, and under one name what is beyond the bound", () => {
    const counter = new LabelledCounter(2);
    for (const label of ["a", "a", "b", "c", "a", "d", "c", "d", "d"]) counter.increment(label);
    assert.deepEqual(Object.fromEntries(counter.entries()), { a: 3, b: 1, other: 5 });
  });

  it("lists only the operations that were timed", () => {
    const times = new OperationTimes(["Put", "Range"], [1, 2]);
    times.observe(1, false, 1.5);
    times.of("Put", true)?.observe(3);
    assert.equal(times.of("Nothing", true), undefined);
    const out = new Exposition().family("t", "histogram", "T.");
    times.writeTo(out, (op, success) => ["op", op, "success", success]);
    const counts = out.text().match(/^t_count.*$/gm);
    assert.deepEqual(counts, ['t_count{op="Put",success="true"} 1', 't_count{op="Range",success="false"} 1']);
  });

  it("tells how each check went last, and how often either way", () => {
    const checks = new CheckCounter();
    for (const isGood of [true, false, true, true]) checks.count("readyz", "non_learner", isGood);
    checks.count("livez", "serializable_read", false);
    const out = new Exposition();
    checks.writeTo(out);
    assert.deepEqual(out.text().match(/^etcd.*$/gm), [
      'etcd_server_healthcheck{name="non_learner",type="readyz"} 1',
      'etcd_server_healthcheck{name="serializable_read",type="livez"} 0',
      'etcd_server_healthchecks_total{name="non_learner",status="success",type="readyz"} 3',
      'etcd_server_healthchecks_total{name="non_learner",status="error",type="readyz"} 1',
      'etcd_server_healthchecks_total{name="serializable_read",status="error",type="livez"} 1',
    ]);
  });
});
