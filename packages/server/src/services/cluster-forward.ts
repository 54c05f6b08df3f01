/** A promotion on its way to the leader's peer port: again and again until there is a leader and an answer, or the time is up. */
import type { Member } from "@quorate/machine";
import type { FailureCode } from "@quorate/member";
import { decodeUtf8 } from "@quorate/proto";
import { parseMembers } from "../bootstrap/plan.ts";
import { promoteMember } from "./cluster-changes.ts";
import type { EtcdServer, PeerAnswer } from "./etcd-server.ts";

/** Pause before the leader is asked again. */
const RETRY_MS = 50;
const HTTP_OK = 200;
const HTTP_NOT_FOUND = 404;
const HTTP_PRECONDITION_FAILED = 412;

export type Promotion =
  | { readonly kind: "promoted"; readonly members: readonly Member[] }
  | { readonly kind: "failed"; readonly code: FailureCode };

/** @param waiter who waits for it: the call, which may be gone before there is an answer. */
export function forwardPromotion(
  server: EtcdServer,
  id: bigint,
  waiter: { readonly isFinished: boolean },
  done: (promotion: Promotion) => void,
): void {
  const deadlineMs = server.now() + server.limits.requestTimeoutMs;
  const again = (): void => {
    if (!waiter.isFinished && server.now() < deadlineMs) {
      setTimeout(attempt, RETRY_MS).unref();
      return;
    }
    done({ kind: "failed", code: server.raft.lead === 0n ? "NoLeader" : "Timeout" });
  };
  const attempt = (): void => {
    if (server.raft.isLeader) {
      promoteMember(server, id, (code) => {
        if (code === "NotLeader") return again();
        if (code !== undefined) return done({ kind: "failed", code });
        done({ kind: "promoted", members: server.machine.parts.cluster.list() });
      });
      return;
    }
    if (server.raft.lead === 0n) return again();
    const request = { path: `/members/promote/${id}`, contentType: "", body: new Uint8Array(0) };
    server.askLeader(request, (answer) => {
      const promotion = answer === undefined ? undefined : understand(answer);
      if (promotion === undefined) again();
      else done(promotion);
    });
  };
  attempt();
}

/** What the leader says; undefined where it is worth another try. */
function understand({ status, body }: PeerAnswer): Promotion | undefined {
  const text = decodeUtf8(body) ?? "";
  switch (status) {
    case HTTP_OK: {
      const members = parseMembers(text);
      return members === undefined ? undefined : { kind: "promoted", members };
    }
    case HTTP_NOT_FOUND:
      return { kind: "failed", code: "MemberNotFound" };
    case HTTP_PRECONDITION_FAILED:
      // The first of these sentences contains the second.
      if (text.includes("in sync with leader")) return { kind: "failed", code: "LearnerNotReady" };
      return text.includes("can only promote a learner") ? { kind: "failed", code: "MemberNotLearner" } : undefined;
    default:
      return undefined;
  }
}
