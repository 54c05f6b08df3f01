/**
 * The quota in front of requests that make the database grow. What does not fit is refused before anything else of it is looked at, and
 * the alarm that closes the whole cluster to such requests goes through the log first.
 */
import { fitsQuota, putCost, quotaCost } from "@quorate/machine";
import { AlarmAction, AlarmType, type InternalRaftRequestBody, newAlarmRequest } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";

export class QuotaGate {
  readonly #server: EtcdServer;
  /** Refused requests that wait for the alarm under way; no more than there are open calls. */
  #waiting: (() => void)[] = [];

  constructor(server: EtcdServer) {
    this.#server = server;
  }

  /** Whether a request fits into what is left, of the quota and of the disk. */
  fits(body: InternalRaftRequestBody): boolean {
    if (this.#server.isDiskLow && quotaCost(body) > 0) return false;
    const { quotaBytes } = this.#server.limits;
    if (quotaBytes === Number.POSITIVE_INFINITY) return true;
    return fitsQuota(this.#server.backendSize.sizeBytes, quotaCost(body), quotaBytes);
  }

  /** `fits` for a put of which only the bytes of key and value are known. */
  fitsPut(payloadBytes: number): boolean {
    if (this.#server.isDiskLow) return false;
    const { quotaBytes } = this.#server.limits;
    if (quotaBytes === Number.POSITIVE_INFINITY) return true;
    return fitsQuota(this.#server.backendSize.sizeBytes, putCost(payloadBytes), quotaBytes);
  }

  /** Raises this member's NOSPACE alarm and calls back when that has been tried: the request is then refused in any case. */
  raise(refuse: () => void): void {
    const { machine, memberId } = this.#server;
    if (machine.parts.alarms.list(AlarmType.NOSPACE).some(({ memberID }) => memberID === memberId)) return refuse();
    this.#waiting.push(refuse);
    if (this.#waiting.length > 1) return;
    const value = newAlarmRequest({ action: AlarmAction.ACTIVATE, memberID: memberId, alarm: AlarmType.NOSPACE });
    this.#server.propose({ kind: "alarm", value }, () => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const go of waiting) go();
    });
  }
}
