import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex } from "@quorate/base";
import * as proto from "./index.ts";

type Head = Pick<proto.Method<unknown, unknown>, "path" | "isClientStreaming" | "isServerStreaming">;

const SERVICES: Readonly<Record<string, Readonly<Record<string, Head>>>> = {
  "etcdserverpb.KV": proto.KVService,
  "etcdserverpb.Watch": proto.WatchService,
  "etcdserverpb.Lease": proto.LeaseService,
  "etcdserverpb.Cluster": proto.ClusterService,
  "etcdserverpb.Maintenance": proto.MaintenanceService,
  "etcdserverpb.Auth": proto.AuthService,
  "v3lockpb.Lock": proto.LockService,
  "v3electionpb.Election": proto.ElectionService,
  "grpc.health.v1.Health": proto.HealthService,
};

describe("proto/services", () => {
  it("names the methods that etcd serves", () => {
    const counts = Object.entries(SERVICES).map(([name, methods]) => [name, Object.keys(methods).length]);
    assert.deepEqual(Object.fromEntries(counts), {
      "etcdserverpb.KV": 6,
      "etcdserverpb.Watch": 1,
      "etcdserverpb.Lease": 5,
      "etcdserverpb.Cluster": 5,
      "etcdserverpb.Maintenance": 8,
      "etcdserverpb.Auth": 17,
      "v3lockpb.Lock": 2,
      "v3electionpb.Election": 5,
      "grpc.health.v1.Health": 3,
    });
    for (const [service, methods] of Object.entries(SERVICES)) {
      for (const [name, { path }] of Object.entries(methods)) {
        assert.equal(path, `/${service}/${name.charAt(0).toUpperCase()}${name.slice(1)}`);
      }
    }
  });

  it("knows who streams", () => {
    const all = Object.values(SERVICES).flatMap((methods) => Object.values(methods));
    const paths = (methods: readonly Head[]): string[] => methods.map(({ path }) => path).sort();
    assert.deepEqual(paths(all.filter(({ isClientStreaming }) => isClientStreaming)), [
      "/etcdserverpb.Lease/LeaseKeepAlive",
      "/etcdserverpb.Watch/Watch",
    ]);
    assert.deepEqual(paths(all.filter(({ isServerStreaming }) => isServerStreaming)), [
      "/etcdserverpb.KV/RangeStream",
      "/etcdserverpb.Lease/LeaseKeepAlive",
      "/etcdserverpb.Maintenance/Snapshot",
      "/etcdserverpb.Watch/Watch",
      "/grpc.health.v1.Health/Watch",
      "/v3electionpb.Election/Observe",
    ]);
  });

  it("codes requests and responses with the codecs of their messages", () => {
    const { put } = proto.KVService;
    const request = proto.newPutRequest({ key: Uint8Array.of(1), lease: 2n });
    assert.equal(toHex(put.encodeRequest(request)), toHex(proto.encodePutRequest(request)));
    assert.deepEqual(put.decodeRequest(put.encodeRequest(request)), request);
    const response = proto.newPutResponse({ header: proto.newResponseHeader({ revision: 3 }) });
    const w = new proto.Writer(new Uint8Array(put.sizeResponse(response)));
    put.writeResponse(w, response);
    assert.deepEqual(put.decodeResponse(w.bytes), response);
  });
});
