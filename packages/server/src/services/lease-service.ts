/**
 * etcd's Lease service. Grants and revocations go through the log; renewals and what is left of a lease are known to the leader alone
 * and are fetched there (lease-forward.ts).
 */
import { fail } from "@quorate/base";
import type { ServerCall } from "@quorate/grpc";
import {
  type LeaseGrantRequest,
  type LeaseGrantResponse,
  type LeaseKeepAliveRequest,
  type LeaseKeepAliveResponse,
  type LeaseLeasesRequest,
  type LeaseLeasesResponse,
  LeaseService as LeaseMethods,
  type LeaseRevokeRequest,
  type LeaseRevokeResponse,
  type LeaseTimeToLiveRequest,
  type LeaseTimeToLiveResponse,
} from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import { newHeader } from "./header.ts";
import type { QuotaGate } from "./kv-quota.ts";
import { LeaseForwarder } from "./lease-forward.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { ServiceRouter } from "./service-router.ts";
import { failCall } from "./statuses.ts";

/** The ids that the server draws are positive numbers of 63 bits. */
const POSITIVE_ID = (1n << 63n) - 1n;

export class LeaseService {
  readonly #server: EtcdServer;
  readonly #quota: QuotaGate;
  readonly #leader: LeaseForwarder;

  constructor(server: EtcdServer, quota: QuotaGate, keeper: LeaseKeeper) {
    this.#server = server;
    this.#quota = quota;
    this.#leader = new LeaseForwarder(server, keeper);
  }

  register(router: ServiceRouter): void {
    router
      .unary(LeaseMethods.leaseGrant, (request, call) => this.#grant(request, call))
      .unary(LeaseMethods.leaseRevoke, (request, call) => this.#revoke(request, call))
      .stream(LeaseMethods.leaseKeepAlive, (call) => this.#keepAlive(call))
      .unary(LeaseMethods.leaseTimeToLive, (request, call) => this.#timeToLive(request, call))
      .unary(LeaseMethods.leaseLeases, (_request, call) => this.#leases(call));
  }

  #grant({ ID, TTL }: LeaseGrantRequest, call: ServerCall<LeaseGrantRequest, LeaseGrantResponse>): void {
    const server = this.#server;
    const body = { kind: "leaseGrant", value: { ID: ID === 0n ? this.#drawId() : ID, TTL } } as const;
    if (!this.#quota.fits(body)) return this.#quota.raise(() => failCall(call, "NoSpace"));
    server.propose(body, (settled) => {
      if (settled.kind === "failed") return failCall(call, settled.code);
      if (settled.kind !== "leaseGrant") fail(`a grant was settled as ${settled.kind}`);
      const header = newHeader(server, settled.revision);
      call.respond({ header, ID: settled.id, TTL: settled.ttlSeconds, error: "" });
    });
  }

  #revoke(request: LeaseRevokeRequest, call: ServerCall<LeaseRevokeRequest, LeaseRevokeResponse>): void {
    this.#server.propose({ kind: "leaseRevoke", value: request }, (settled) => {
      if (settled.kind === "failed") return failCall(call, settled.code);
      if (settled.kind !== "done") fail(`a revocation was settled as ${settled.kind}`);
      call.respond({ header: newHeader(this.#server, settled.revision) });
    });
  }

  /** Requests of one stream are served one after the other, so their answers come in order. */
  #keepAlive(call: ServerCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse>): void {
    let isBusy = false;
    let isPaused = false;
    // What is under way hears of it by the state of the call.
    call.onCancel = () => {};
    call.onEnd = () => call.end();
    call.onMessage = ({ ID }) => {
      // etcd's header says where the store stood before the renewal.
      const header = newHeader(this.#server, this.#server.machine.parts.store.currentRev);
      isBusy = true;
      this.#leader.renew(ID, call, (answer) => {
        isBusy = false;
        if (answer.kind === "ok") call.write({ header, ID, TTL: answer.value });
        else if (answer.code === "LeaseNotFound") call.write({ header, ID, TTL: 0 });
        else return failCall(call, answer.code);
        if (!isPaused) return;
        isPaused = false;
        call.resume();
      });
      if (!isBusy) return;
      isPaused = true;
      call.pause();
    };
  }

  #timeToLive(
    { ID, keys: withKeys }: LeaseTimeToLiveRequest,
    call: ServerCall<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse>,
  ): void {
    const server = this.#server;
    this.#leader.timeToLive({ id: ID, withKeys }, call, (answer) => {
      if (answer.kind === "failed" && answer.code !== "LeaseNotFound") return failCall(call, answer.code);
      const header = newHeader(server, server.machine.parts.store.currentRev);
      if (answer.kind === "ok") call.respond({ ...answer.value, header });
      else call.respond({ header, ID, TTL: -1, grantedTTL: 0, keys: [] });
    });
  }

  #leases(call: ServerCall<LeaseLeasesRequest, LeaseLeasesResponse>): void {
    const { lessor, store } = this.#server.machine.parts;
    const leases = lessor.list().map((ID) => ({ ID }));
    call.respond({ header: newHeader(this.#server, store.currentRev), leases });
  }

  #drawId(): bigint {
    let id = 0n;
    while (id === 0n) id = this.#server.nextId() & POSITIVE_ID;
    return id;
  }
}
