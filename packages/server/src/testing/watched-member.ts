/** A single member whose watchers hear of what is applied, as behind a real one: the pump is flushed when an entry was. */
import type { InternalRaftRequestBody } from "@quorate/proto";
import type { Settled } from "../services/etcd-server.ts";
import { WatchPump } from "../services/watch-pump.ts";
import { SingleMember, type SingleMemberOptions } from "./single-member.ts";

export class WatchedMember extends SingleMember {
  readonly pump: WatchPump;

  constructor(options: SingleMemberOptions = {}) {
    super(options);
    this.pump = new WatchPump(this);
  }

  override propose(body: InternalRaftRequestBody, settle: (settled: Settled) => void): void {
    super.propose(body, (settled) => {
      settle(settled);
      this.pump.flush();
    });
  }
}
