/**
 * etcd's KV service: what a request must be, whether it goes through the log or is read here, and its answer. Checks come in etcd's
 * order, because it decides which of two faults a client hears of.
 *
 * Requests hold views of the bytes they came in. A proposal is encoded before `propose` returns; a read that waits keeps the chunk of its
 * request alive and nothing is ever written over it. A range is one go, however many keys it has: that is up to the client, as in
 * etcd, and RangeStream is there for who wants many.
 */
import { fail } from "@quorate/base";
import type { MethodDescriptor, ServerCall } from "@quorate/grpc";
import {
  checkDeleteRange,
  checkPut,
  checkRange,
  checkTxn,
  type DeleteRangeOutcome,
  failureCode,
  isReadOnlyTxn,
  isSerializableTxn,
  type PutOutcome,
  preflightTxn,
  type RangeOutcome,
  readRange,
  readTxn,
  type TxnOutcome,
} from "@quorate/machine";
import {
  type CompactionRequest,
  type CompactionResponse,
  type DeleteRangeRequest,
  KVService,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
} from "@quorate/proto";
import type { EtcdServer, Settled } from "./etcd-server.ts";
import { newHeader } from "./header.ts";
import { KvEncoder } from "./kv-encoding.ts";
import type { QuotaGate } from "./kv-quota.ts";
import { RangeStreams } from "./kv-range-stream.ts";
import { decodePut, PlainPut } from "./plain-put.ts";
import type { ServiceRouter } from "./service-router.ts";
import { failCall } from "./statuses.ts";

type PutCall = ServerCall<PlainPut | PutRequest, PutOutcome>;

/** How often a physical compaction looks whether its rows are gone. */
const COMPACTION_POLL_MS = 10;

export class KvService {
  readonly #server: EtcdServer;
  readonly #quota: QuotaGate;

  constructor(server: EtcdServer, quota: QuotaGate) {
    this.#server = server;
    this.#quota = quota;
  }

  register(router: ServiceRouter): void {
    const encoder = new KvEncoder(this.#server);
    const streams = new RangeStreams(this.#server, encoder);
    const range = answeredBy(KVService.range, (outcome: RangeOutcome) => encoder.range(outcome));
    const put: MethodDescriptor<PlainPut | PutRequest, PutOutcome> = {
      ...answeredBy(KVService.put, (outcome: PutOutcome) => encoder.put(outcome)),
      encodeRequest: () => fail("a put is served here, not called"),
      decodeRequest: decodePut,
    };
    const del = answeredBy(KVService.deleteRange, (outcome: DeleteRangeOutcome) => encoder.deleteRange(outcome));
    const txn = answeredBy(KVService.txn, (outcome: TxnOutcome) => encoder.txn(outcome));
    const stream = answeredBy(KVService.rangeStream, (bytes: Uint8Array) => bytes);
    router
      .unary(range, (request, call) => this.#range(request, call), { onLearner: ({ serializable }) => serializable })
      .unary(stream, (request, call) => streams.serve(request, call))
      .unary(put, (request, call) =>
        request instanceof PlainPut ? this.#plainPut(request, call) : this.#put(request, call),
      )
      .unary(del, (request, call) => this.#deleteRange(request, call))
      .unary(txn, (request, call) => this.#txn(request, call))
      .unary(KVService.compact, (request, call) => this.#compact(request, call));
  }

  #range(request: RangeRequest, call: ServerCall<RangeRequest, RangeOutcome>): void {
    if (!passes(call, () => checkRange(request))) return;
    if (request.serializable) return this.#readRange(request, call);
    this.#server.confirmRead((failure) => {
      if (failure !== undefined) failCall(call, failure);
      else this.#readRange(request, call);
    });
  }

  #readRange(request: RangeRequest, call: ServerCall<RangeRequest, RangeOutcome>): void {
    // Nobody waits for it any more; the call still wants to hear that its handler is done.
    if (call.isCancelled) return failCall(call, "Timeout");
    let outcome: RangeOutcome;
    try {
      outcome = readRange(this.#server.machine.parts.store, request);
    } catch (error) {
      failExpected(call, error);
      return;
    }
    call.respond(outcome);
  }

  #plainPut({ bytes, payloadBytes }: PlainPut, call: PutCall): void {
    if (!this.#quota.fitsPut(payloadBytes)) this.#refusePut(call);
    else this.#server.proposePut(bytes, answeringPut(call));
  }

  #put(request: PutRequest, call: PutCall): void {
    const body = { kind: "put", value: request } as const;
    if (!this.#quota.fits(body)) return this.#refusePut(call);
    if (passes(call, () => checkPut(request))) this.#server.propose(body, answeringPut(call));
  }

  #refusePut(call: PutCall): void {
    this.#quota.raise(() => failCall(call, "NoSpace"));
  }

  #deleteRange(request: DeleteRangeRequest, call: ServerCall<DeleteRangeRequest, DeleteRangeOutcome>): void {
    if (!passes(call, () => checkDeleteRange(request))) return;
    this.#server.propose({ kind: "deleteRange", value: request }, (settled) => {
      if (settled.kind === "deleteRange") call.respond(settled);
      else failSettled(call, settled);
    });
  }

  #txn(request: TxnRequest, call: ServerCall<TxnRequest, TxnOutcome>): void {
    if (!this.#quota.fits({ kind: "txn", value: request })) return this.#quota.raise(() => failCall(call, "NoSpace"));
    if (!passes(call, () => checkTxn(request, this.#server.limits.maxTxnOps))) return;
    const isReadOnly = isReadOnlyTxn(request);
    if (isReadOnly && isSerializableTxn(request)) return this.#readTxn(request, call);
    if (!isReadOnly && !readsRevisions(request)) return this.#proposeTxn(request, call);
    this.#server.confirmRead((failure) => {
      if (failure !== undefined) failCall(call, failure);
      else if (isReadOnly) this.#readTxn(request, call);
      else this.#judgeTxn(request, call);
    });
  }

  #readTxn(request: TxnRequest, call: ServerCall<TxnRequest, TxnOutcome>): void {
    if (call.isCancelled) return failCall(call, "Timeout");
    let outcome: TxnOutcome;
    try {
      outcome = readTxn(this.#server.machine.parts.store, request);
    } catch (error) {
      failExpected(call, error);
      return;
    }
    call.respond(outcome);
  }

  /**
   * Members of etcd up to 3.6 check the revisions of ranges in a transaction only where it was proposed, so one that fails there and
   * nowhere else would part the members' data. It is judged here, up to date, and not proposed.
   */
  #judgeTxn(request: TxnRequest, call: ServerCall<TxnRequest, TxnOutcome>): void {
    const { store, lessor } = this.#server.machine.parts;
    if (passes(call, () => preflightTxn(store, lessor, request))) this.#proposeTxn(request, call);
  }

  #proposeTxn(request: TxnRequest, call: ServerCall<TxnRequest, TxnOutcome>): void {
    this.#server.propose({ kind: "txn", value: request }, (settled) => {
      if (settled.kind === "txn") call.respond(settled);
      else failSettled(call, settled);
    });
  }

  #compact(request: CompactionRequest, call: ServerCall<CompactionRequest, CompactionResponse>): void {
    const respond = (): void => {
      const { currentRev } = this.#server.machine.parts.store;
      call.respond({ header: newHeader(this.#server, currentRev) });
    };
    const poll = (): void => {
      // Another store may be there by now; one that came as a snapshot is compacted by its own work.
      const { store } = this.#server.machine.parts;
      if (call.isFinished || store.finishedCompactRev >= request.revision) return respond();
      setTimeout(poll, COMPACTION_POLL_MS).unref();
    };
    this.#server.propose({ kind: "compaction", value: request }, (settled) => {
      if (settled.kind !== "compaction") failSettled(call, settled);
      else if (request.physical) poll();
      else respond();
    });
  }
}

/** A method of the wire whose answers are made of something else than its response. */
function answeredBy<Req, Res, Outcome>(
  method: MethodDescriptor<Req, Res>,
  encodeResponse: (outcome: Outcome) => Uint8Array,
): MethodDescriptor<Req, Outcome> {
  const { path, isClientStreaming, isServerStreaming, encodeRequest, decodeRequest } = method;
  const decodeResponse = (): Outcome => fail(`${path} is served here, not called`);
  return { path, isClientStreaming, isServerStreaming, encodeRequest, decodeRequest, encodeResponse, decodeResponse };
}

/** Ends the call of a put. It holds on to the call and to nothing of the request. */
function answeringPut(call: PutCall): (settled: Settled) => void {
  return (settled) => {
    if (settled.kind === "put") call.respond(settled);
    else failSettled(call, settled);
  };
}

/** Runs a check; false where it ended the call. */
function passes<Req, Res>(call: ServerCall<Req, Res>, check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    failExpected(call, error);
    return false;
  }
}

/** Ends a call with an expected failure. @throws anything else: the member must stop. */
function failExpected<Req, Res>(call: ServerCall<Req, Res>, error: unknown): void {
  const code = failureCode(error);
  if (code === undefined) throw error;
  failCall(call, code);
}

function failSettled<Req, Res>(call: ServerCall<Req, Res>, settled: Settled): void {
  if (settled.kind !== "failed") fail(`a request was settled as ${settled.kind}`);
  failCall(call, settled.code);
}

/** Whether a transaction reads at revisions that may be wrong: at its own level, where those members do not look. */
function readsRevisions({ success, failure }: TxnRequest): boolean {
  return hasRevision(success) || hasRevision(failure);
}

function hasRevision(ops: TxnRequest["success"]): boolean {
  for (let i = 0; i < ops.length; i++) {
    const { request } = ops[i]!;
    if (request?.kind === "requestRange" && request.value.revision !== 0) return true;
  }
  return false;
}
