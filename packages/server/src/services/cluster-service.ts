/** etcd's Cluster service: who belongs to the cluster. Headers of its answers hold no revision. */
import type { ServerCall } from "@quorate/grpc";
import { addedMemberId, checkPeerUrls, failureCode, type Member, newMember, type Sha1 } from "@quorate/machine";
import type { FailureCode } from "@quorate/member";
import {
  ClusterService as ClusterMethods,
  type MemberAddRequest,
  type MemberAddResponse,
  type MemberListRequest,
  type MemberListResponse,
  type MemberPromoteRequest,
  type MemberPromoteResponse,
  type ResponseHeader,
  type Member as WireMember,
} from "@quorate/proto";
import { addMember, promoteMember, removeMember, updateMember } from "./cluster-changes.ts";
import { forwardPromotion } from "./cluster-forward.ts";
import type { Confirmed, EtcdServer } from "./etcd-server.ts";
import { newHeader } from "./header.ts";
import type { ServiceRouter } from "./service-router.ts";
import { failCall } from "./statuses.ts";

export type ClusterDeps = {
  readonly sha1: Sha1;
  /** Seconds since 1970, which keep the id of a new member apart from an earlier one with its URLs. */
  readonly unixSeconds: () => number;
  /** Told what became of a promotion that this member judged as leader, for metrics. */
  readonly onPromotion?: Confirmed;
};

type MembersResponse = { readonly header: ResponseHeader; readonly members: WireMember[] };

export class ClusterService {
  readonly #server: EtcdServer;
  readonly #deps: ClusterDeps;

  constructor(server: EtcdServer, deps: ClusterDeps) {
    this.#server = server;
    this.#deps = deps;
  }

  register(router: ServiceRouter): void {
    const server = this.#server;
    router
      .unary(ClusterMethods.memberAdd, (request, call) => this.#add(request, call))
      .unary(ClusterMethods.memberRemove, ({ ID }, call) => {
        removeMember(server, ID, (failure) => this.#answer(call, failure));
      })
      .unary(ClusterMethods.memberUpdate, ({ ID, peerURLs }, call) => {
        const member = newMember({ id: ID, peerUrls: peerURLs });
        updateMember(server, member, (failure) => this.#answer(call, failure));
      })
      .unary(ClusterMethods.memberPromote, (request, call) => this.#promote(request, call))
      .unary(ClusterMethods.memberList, (request, call) => this.#list(request, call));
  }

  #add(request: MemberAddRequest, call: ServerCall<MemberAddRequest, MemberAddResponse>): void {
    const peerUrls = checkedUrls(request.peerURLs);
    if (peerUrls === undefined) return failCall(call, "MemberBadURLs");
    const id = addedMemberId(peerUrls, this.#deps.unixSeconds(), this.#deps.sha1);
    const member = newMember({ id, peerUrls, isLearner: request.isLearner });
    addMember(this.#server, member, (failure) => {
      if (failure !== undefined) failCall(call, failure);
      else call.respond({ ...this.#members(), member: toWire(member) });
    });
  }

  #promote({ ID }: MemberPromoteRequest, call: ServerCall<MemberPromoteRequest, MemberPromoteResponse>): void {
    promoteMember(this.#server, ID, (failure) => {
      if (failure !== "NotLeader") {
        this.#deps.onPromotion?.(failure);
        return this.#answer(call, failure);
      }
      forwardPromotion(this.#server, ID, call, (answer) => {
        if (answer.kind === "failed") return failCall(call, answer.code);
        call.respond({ header: newHeader(this.#server, 0), members: answer.members.map(toWire) });
      });
    });
  }

  #list({ linearizable }: MemberListRequest, call: ServerCall<MemberListRequest, MemberListResponse>): void {
    if (!linearizable) return call.respond(this.#members());
    this.#server.confirmRead((failure) => this.#answer(call, failure));
  }

  #answer<Req>(call: ServerCall<Req, MembersResponse>, failure: FailureCode | undefined): void {
    if (failure !== undefined) failCall(call, failure);
    else call.respond(this.#members());
  }

  #members(): MembersResponse {
    const members = this.#server.machine.parts.cluster.list();
    return { header: newHeader(this.#server, 0), members: members.map(toWire) };
  }
}

function checkedUrls(urls: readonly string[]): string[] | undefined {
  try {
    return checkPeerUrls(urls);
  } catch (error) {
    if (failureCode(error) === "MemberBadURLs") return undefined;
    throw error;
  }
}

function toWire({ id, name, peerUrls, clientUrls, isLearner }: Member): WireMember {
  return { ID: id, name, peerURLs: [...peerUrls], clientURLs: [...clientUrls], isLearner };
}
