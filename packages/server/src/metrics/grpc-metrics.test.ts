import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StatusCode } from "@quorate/grpc";
import { Exposition } from "./exposition.ts";
import { GrpcMetrics } from "./grpc-metrics.ts";

function lines(metrics: GrpcMetrics, name: string): string[] {
  const out = new Exposition();
  metrics.writeTo(out);
  return out.text().match(new RegExp(`^${name}{.*$`, "gm")) ?? [];
}

describe("server/grpc-metrics", () => {
  it("lists every method of the main services with every code before any call", () => {
    const metrics = new GrpcMetrics(false);
    const started = lines(metrics, "grpc_server_started_total");
    for (const service of ["KV", "Watch", "Lease", "Cluster", "Auth", "Maintenance"])
      assert.ok(
        started.some((line) => line.includes(`"etcdserverpb.${service}"`)),
        service,
      );
    assert.ok(
      started.includes(
        'grpc_server_started_total{grpc_method="LeaseKeepAlive",grpc_service="etcdserverpb.Lease",grpc_type="bidi_stream"} 0',
      ),
    );
    assert.ok(
      started.includes(
        'grpc_server_started_total{grpc_method="Watch",grpc_service="grpc.health.v1.Health",grpc_type="server_stream"} 0',
      ),
    );
    const handled = lines(metrics, "grpc_server_handled_total");
    assert.equal(handled.length, started.length * 17);
    assert.ok(
      handled.includes(
        'grpc_server_handled_total{grpc_code="Unauthenticated",grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"} 0',
      ),
    );
    assert.equal(lines(metrics, "grpc_server_handling_seconds_bucket").length, 0);
  });

  it("lists locks and elections once they were called", () => {
    const metrics = new GrpcMetrics(false);
    assert.ok(!lines(metrics, "grpc_server_started_total").some((line) => line.includes("v3lockpb")));
    metrics.started(metrics.indexOf("/v3lockpb.Lock/Lock"));
    const shown = lines(metrics, "grpc_server_started_total").filter((line) => line.includes("v3lockpb"));
    assert.deepEqual(shown, [
      'grpc_server_started_total{grpc_method="Lock",grpc_service="v3lockpb.Lock",grpc_type="unary"} 1',
    ]);
  });

  it("counts starts, messages and ends apart", () => {
    const metrics = new GrpcMetrics(true);
    const watch = metrics.indexOf("/etcdserverpb.Watch/Watch");
    metrics.started(watch);
    metrics.received(watch);
    metrics.sent(watch);
    metrics.sent(watch);
    metrics.handled(watch, StatusCode.Canceled, 0.02);
    const put = metrics.indexOf("/etcdserverpb.KV/Put");
    metrics.unary(put, StatusCode.OK, 0.004);
    metrics.unary(put, StatusCode.InvalidArgument, 0.004);
    const value = (name: string, ...parts: string[]): string | undefined =>
      lines(metrics, name)
        .find((line) => parts.every((part) => line.includes(`"${part}"`)))
        ?.split(" ")[1];
    assert.equal(value("grpc_server_started_total", "etcdserverpb.Watch"), "1");
    assert.equal(value("grpc_server_msg_received_total", "etcdserverpb.Watch"), "1");
    assert.equal(value("grpc_server_msg_sent_total", "etcdserverpb.Watch"), "2");
    assert.equal(value("grpc_server_handled_total", "etcdserverpb.Watch", "Canceled"), "1");
    assert.equal(value("grpc_server_handling_seconds_bucket", "etcdserverpb.Watch", "0.01"), "0");
    assert.equal(value("grpc_server_handling_seconds_bucket", "etcdserverpb.Watch", "0.025"), "1");
    assert.equal(value("grpc_server_started_total", "Put"), "2");
    assert.equal(value("grpc_server_msg_sent_total", "Put"), "1");
    assert.equal(value("grpc_server_handled_total", "Put", "OK"), "1");
    assert.equal(value("grpc_server_handled_total", "Put", "InvalidArgument"), "1");
    assert.equal(value("grpc_server_handled_total", "Put", "Internal"), "0");
  });

  it("knows no method that etcd does not have", () => {
    assert.throws(() => new GrpcMetrics(false).indexOf("/etcdserverpb.KV/Steal"), /not a method that is counted/);
  });
});
