/**
 * What an event costs the server that 1,000 watchers of one prefix get, 10 on each of 100 streams: from the store to the socket. The client
 * runs in a process of its own and counts the responses by their length prefixes alone.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { bytesFromLatin1, MemoryBackend } from "@quorate/base";
import { bytesMethod, GrpcClient, GrpcServer, Router, Turn } from "@quorate/grpc";
import { openStore, WatchableStore } from "@quorate/mvcc";
import { encodeWatchRequest, newWatchCreateRequest } from "@quorate/proto";
import { type EtcdServer, ServiceRouter, WatchPump, WatchService } from "@quorate/server";
import { atLeast, atMost, type Result } from "./measure.ts";

const CONNECTIONS = 100;
const WATCHES_PER_STREAM = 10;
const WATCHERS = CONNECTIONS * WATCHES_PER_STREAM;
const VALUE_BYTES = 256;
const WARM_UP_PUTS = 500;
const MEASURED_PUTS = 3_000;
/** Puts that are applied in one turn, as under load. */
const PUTS_PER_TURN = 4;
const LIMIT_MICROS = 1;
/** Three times what etcd delivers on two cores. */
const LEAST_EVENTS_PER_SECOND = 1_000_000;
const GRACE_MS = 1_000;
const CLIENT_ARGUMENT = "--watch-bench-client";

const WATCH = bytesMethod("/etcdserverpb.Watch/Watch", { isClientStreaming: true, isServerStreaming: true });

/** Server CPU of one event that is delivered, and events per second with the client on the same machine. */
export async function benchWatch(): Promise<Result[]> {
  const watchable = new WatchableStore(openStore(new MemoryBackend()));
  const server = serverOf(watchable);
  const pump = new WatchPump(server);
  const router = new Router();
  new WatchService(server, pump, () => 0).register(new ServiceRouter(router, server));
  const grpcServer = new GrpcServer({ router });
  const { port } = await grpcServer.listen(0, "127.0.0.1");
  const client = fork(new URL(import.meta.url), [CLIENT_ARGUMENT, String(port)]);
  await once(client, "message");
  await putAll(watchable, pump, client, WARM_UP_PUTS);
  const cpu = process.cpuUsage();
  const at = performance.now();
  await putAll(watchable, pump, client, MEASURED_PUTS);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - at) / 1_000;
  client.kill();
  await once(client, "exit");
  pump.stop();
  await grpcServer.close(GRACE_MS);
  const events = MEASURED_PUTS * WATCHERS;
  return [
    atMost("watch/server-cpu-per-event", (user + system) / events, "us", LIMIT_MICROS),
    atMost("watch/server-user-cpu-per-event", user / events, "us", LIMIT_MICROS),
    atLeast("watch/events-delivered", events / seconds, "events/s", LEAST_EVENTS_PER_SECOND),
  ];
}

/** What the service asks of a member. */
function serverOf(watchable: WatchableStore): EtcdServer {
  const limits = { maxRequestBytes: 1_572_864, watchProgressNotifyMs: 600_000 };
  const machine = { parts: { cluster: { members: new Map() } } };
  return {
    clusterId: 7n << 60n,
    memberId: 9n << 60n,
    raft: { term: 2, lead: 1n },
    limits,
    machine,
    watchable,
  } as never;
}

/** Puts at the pace of the client: the next few once it has seen most of those before. */
async function putAll(
  watchable: WatchableStore,
  pump: WatchPump,
  client: ReturnType<typeof fork>,
  puts: number,
): Promise<void> {
  const value = new Uint8Array(VALUE_BYTES).fill(7);
  let seen = 0;
  let look: () => void = () => {};
  const onMessage = (events: unknown): void => {
    seen += Number(events);
    look();
  };
  client.on("message", onMessage);
  for (let i = 0; i < puts; i += PUTS_PER_TURN) {
    for (let j = 0; j < PUTS_PER_TURN; j++) {
      const txn = watchable.store.write();
      txn.put({ key: bytesFromLatin1(`foo/${(i + j) % 1_000}`), value, lease: 0n });
      txn.end();
    }
    pump.flush();
    const due = (i + PUTS_PER_TURN - MAX_AHEAD_PUTS) * WATCHERS;
    await new Promise<void>((resolve) => {
      look = () => {
        if (seen >= due) resolve();
      };
      setImmediate(look);
    });
  }
  await new Promise<void>((resolve) => {
    look = () => {
      if (seen >= puts * WATCHERS) resolve();
    };
    look();
  });
  client.off("message", onMessage);
}

/** Puts whose events may be on their way. */
const MAX_AHEAD_PUTS = 64;

/** The other process: opens all watches, then says how many events came. */
function runClient(port: number): void {
  const turn = new Turn();
  const request = encodeWatchRequest({
    requestUnion: {
      kind: "createRequest",
      value: newWatchCreateRequest({ key: bytesFromLatin1("foo"), rangeEnd: bytesFromLatin1("fop") }),
    },
  });
  let created = 0;
  let events = 0;
  const onMessage = (): void => {
    if (created === WATCHERS) {
      if (events++ === 0) setImmediate(report);
      return;
    }
    if (++created === WATCHERS) process.send?.("ready");
  };
  const report = (): void => {
    process.send?.(events);
    events = 0;
  };
  const onStatus = (status: { readonly message: string }): void => {
    throw new Error(status.message);
  };
  for (let i = 0; i < CONNECTIONS; i++) {
    const call = new GrpcClient({ host: "127.0.0.1", port, turn }).stream(WATCH, {}, { onMessage, onStatus });
    for (let j = 0; j < WATCHES_PER_STREAM; j++) call.write(request);
  }
}

if (process.argv[2] === CLIENT_ARGUMENT) runClient(Number(process.argv[3]));
