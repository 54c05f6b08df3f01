/**
 * Our own loads, for what h2load cannot do: keys that vary, a fixed rate, pages, watches. Each runs in a process of its own (loader-main.ts),
 * makes its calls from bytes made before, and does not decode the answers.
 */
import { GrpcClient, type Status, StatusCode, Turn } from "@quorate/grpc";
import { KVService, WatchService } from "@quorate/proto";
import { percentile } from "../measure.ts";
import { unaryMethod } from "./caller.ts";
import { fillOf, Puts, pageOf, watchAll } from "./messages.ts";
import { startPacer } from "./pacer-main.ts";
import { WatchStream } from "./watch-stream.ts";

export type Job = { readonly port: number; readonly connections: number } & (
  | { readonly kind: "put"; readonly streams: number; readonly count: number; readonly keys: number }
  | {
      readonly kind: "put-rate";
      readonly perSecond: number;
      readonly warmUpSeconds: number;
      readonly seconds: number;
      readonly keys: number;
    }
  /** Fills with keys 0 to count - 1. */
  | { readonly kind: "fill"; readonly count: number }
  /** Each connection reads all `keys` over and over, a page after the other. */
  | { readonly kind: "scan"; readonly keys: number; readonly page: number; readonly seconds: number }
  | { readonly kind: "watch"; readonly watchers: number; readonly events: number }
);

export type LoadResult = {
  /** Puts, keys, or events delivered. */
  readonly perSecond: number;
  /** Of a call at a fixed rate, from the moment it was due; 0 for other loads. */
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** p99 of how late this load itself was. */
  readonly lateMicros: number;
  /** Calls that the server refused; a closed loop made them again. */
  readonly refused: number;
};

const HOST = "127.0.0.1";
const PUT = unaryMethod(KVService.put.path);
const RANGE = unaryMethod(KVService.range.path);
const TXN = unaryMethod(KVService.txn.path);
/** Puts of one transaction: etcd takes 128 by default. */
const FILL_BATCH = 100;
const FILL_STREAMS = 2;
/** Puts under way beneath the watchers: enough to keep a member busy, few enough to leave it batches of a few events. */
const WATCH_PUTS = 16;
/** A load that sends at a fixed rate queues what the server does not take; this is 20 s of the fastest. */
const MAX_WAITING_CALLS = 1_000_000;
/** Refused calls after which a closed loop gives up: a few batches around an election, no more. */
const MAX_REFUSED = 10_000;
/** What a refused call counts as: longer than any that was served, as its client has to come again. */
const REFUSED_MICROS = 10_000_000;

export function runJob(job: Job): Promise<LoadResult> {
  switch (job.kind) {
    case "put": {
      const puts = new Puts(job.keys);
      return closedLoop(job, { method: PUT, streams: job.streams, calls: job.count, request: () => puts.next() });
    }
    case "fill": {
      const calls = Math.ceil(job.count / FILL_BATCH);
      const request = (i: number): Uint8Array => fillOf(i * FILL_BATCH, FILL_BATCH);
      return closedLoop(job, { method: TXN, streams: FILL_STREAMS, calls, request });
    }
    case "put-rate":
      return putAtRate(job);
    case "scan":
      return scan(job);
    case "watch":
      return watch(job);
  }
}

type Target = { readonly port: number; readonly connections: number };

function connect({ port, connections }: Target): GrpcClient[] {
  const turn = new Turn();
  return Array.from(
    { length: connections },
    () => new GrpcClient({ host: HOST, port, turn, maxWaitingCalls: MAX_WAITING_CALLS }),
  );
}

/** The connection stands: a call came back. */
function opened(client: GrpcClient): Promise<void> {
  return new Promise((resolve) => {
    client.unary(PUT, new Puts(1).next(), {}, (status) => {
      check(status);
      resolve();
    });
  });
}

function check(status: Status): void {
  if (status.code !== StatusCode.OK) throw new Error(`the load met status ${status.code}: ${status.message}`);
}

type Loop = {
  readonly method: typeof PUT;
  readonly streams: number;
  readonly calls: number;
  readonly request: (i: number) => Uint8Array;
};

/** Every stream sends its next call when the last one was answered. A refused call is made again: what counts is what was done. */
function closedLoop(target: Target, { method, streams, calls, request }: Loop): Promise<LoadResult> {
  return new Promise((resolve) => {
    const clients = connect(target);
    const startedAt = performance.now();
    let sent = 0;
    let answered = 0;
    let refused = 0;
    const send = (client: GrpcClient, bytes: Uint8Array): void => {
      client.unary(method, bytes, {}, (status) => {
        if (status.code !== StatusCode.OK) {
          if (++refused > MAX_REFUSED) check(status);
          return send(client, bytes);
        }
        if (++answered === calls) resolve({ ...rate(calls, performance.now() - startedAt), refused });
        else next(client);
      });
    };
    const next = (client: GrpcClient): void => {
      if (sent < calls) send(client, request(sent++));
    };
    for (let i = 0; i < streams; i++) for (const client of clients) next(client);
  });
}

/**
 * An open loop: a burst every millisecond, whatever became of the ones before. A call's latency counts from the moment its burst was due, so
 * that a server that stalls pays for all the calls that it kept waiting, and this process for its own delays.
 */
async function putAtRate(job: Job & { readonly kind: "put-rate" }): Promise<LoadResult> {
  const clients = connect(job);
  await Promise.all(clients.map(opened));
  const puts = new Puts(job.keys);
  const warmUp = Math.floor(job.warmUpSeconds * job.perSecond);
  const calls = warmUp + Math.floor(job.seconds * job.perSecond);
  const micros = new Float64Array(calls);
  const late: number[] = [];
  return new Promise((resolve) => {
    let sent = 0;
    let answered = 0;
    let refused = 0;
    const send = (dueAt: number): void => {
      const index = sent++;
      const client = clients[index % clients.length] as GrpcClient;
      client.unary(PUT, puts.next(), {}, (status) => {
        if (status.code === StatusCode.OK) micros[index] = (performance.now() - dueAt) * 1_000;
        else micros[index] = REFUSED_MICROS;
        if (status.code !== StatusCode.OK) refused++;
        if (++answered === calls) finish();
      });
    };
    const stop = startPacer((dueAt, elapsedMs) => {
      late.push((performance.now() - dueAt) * 1_000);
      const due = Math.min(calls, Math.floor((elapsedMs * job.perSecond) / 1_000));
      while (sent < due) send(dueAt);
      if (sent === calls) stop();
    });
    const finish = (): void => {
      const sample = Array.from(micros.subarray(warmUp));
      const [p50Micros, p99Micros] = [percentile(sample, 0.5), percentile(sample, 0.99)];
      resolve({ perSecond: job.perSecond, p50Micros, p99Micros, lateMicros: percentile(late, 0.99), refused });
    };
  });
}

function scan(job: Job & { readonly kind: "scan" }): Promise<LoadResult> {
  const pages = Array.from({ length: job.keys / job.page }, (_, i) => pageOf(i * job.page, job.keys, job.page));
  const clients = connect(job);
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let read = 0;
    let open = clients.length;
    const next = (client: GrpcClient, page: number): void => {
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs >= job.seconds * 1_000) {
        if (--open === 0) resolve(rate(read, elapsedMs));
        return;
      }
      client.unary(RANGE, pages[page] as Uint8Array, {}, (status) => {
        check(status);
        read += job.page;
        next(client, (page + 1) % pages.length);
      });
    };
    for (const client of clients) next(client, 0);
  });
}

/** All watchers see every key; the clock runs from the first put to the last event. */
async function watch(job: Job & { readonly kind: "watch" }): Promise<LoadResult> {
  const { port, connections, watchers, events } = job;
  const want = watchers * events;
  let onCount = (): void => {};
  const streams = Array.from(
    { length: connections },
    () => new WatchStream(port, WatchService.watch.path, () => onCount()),
  );
  const count = (of: "created" | "events"): number => streams.reduce((sum, { tally }) => sum + tally[of], 0);
  const reached = (of: "created" | "events", goal: number): Promise<void> =>
    new Promise((resolve) => {
      onCount = () => {
        if (count(of) >= goal) resolve();
      };
    });
  const created = reached("created", watchers);
  const create = watchAll();
  for (let i = 0; i < watchers; i++) (streams[i % connections] as WatchStream).send(create);
  await created;
  const puts = new Puts(events);
  const delivered = reached("events", want);
  const startedAt = performance.now();
  const target = { port, connections: 1 };
  await closedLoop(target, { method: PUT, streams: WATCH_PUTS, calls: events, request: () => puts.next() });
  await delivered;
  return rate(want, performance.now() - startedAt);
}

function rate(count: number, elapsedMs: number): LoadResult {
  return { perSecond: (count * 1_000) / elapsedMs, p50Micros: 0, p99Micros: 0, lateMicros: 0, refused: 0 };
}
