import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StatusCode } from "@quorate/grpc";
import { HealthService as Methods, ServingStatus } from "@quorate/proto";
import { ServiceLab, SingleMember } from "../testing/index.ts";
import { HealthService } from "./health-service.ts";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus;

async function start(): Promise<{ lab: ServiceLab; health: HealthService }> {
  const health = new HealthService();
  const lab = await ServiceLab.start(new SingleMember(), (router) => health.register(router));
  return { lab, health };
}

describe("server/services/health-service", () => {
  it("speaks for the whole server and for no service with a name", async () => {
    const { lab, health } = await start();
    assert.deepEqual(await lab.ok(Methods.check, { service: "" }), { status: SERVING });
    const unknown = `${StatusCode.NotFound} unknown service`;
    assert.equal(await lab.failure(Methods.check, { service: "etcdserverpb.KV" }), unknown);
    health.setServing(false);
    assert.deepEqual(await lab.ok(Methods.check, { service: "" }), { status: NOT_SERVING });
    assert.deepEqual(await lab.ok(Methods.list, {}), { statuses: new Map([["", { status: NOT_SERVING }]]) });
    await lab.close();
  });

  it("tells watches of each change, and serves no more once it is shut down", async () => {
    const { lab, health } = await start();
    const watch = lab.stream(Methods.watch);
    watch.call.send({ service: "" });
    await watch.until(1);
    const unknown = lab.stream(Methods.watch);
    unknown.call.send({ service: "other" });
    await unknown.until(1);
    for (const isServing of [true, false, false, true]) health.setServing(isServing);
    health.shutDown();
    health.setServing(true);
    await watch.until(4);
    const seen = watch.messages.map(({ status }) => status);
    assert.deepEqual(seen, [SERVING, NOT_SERVING, SERVING, NOT_SERVING]);
    assert.deepEqual(unknown.messages, [{ status: SERVICE_UNKNOWN }]);
    assert.equal(health.status, NOT_SERVING);
    await lab.close();
  });
});
