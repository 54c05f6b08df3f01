/**
 * What a unary call costs the server: 100 connections with 10 calls open on each, 256 octets each way. The client runs in a process of its
 * own, so that the CPU of this one is the server's alone.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { bytesMethod, GrpcClient, GrpcServer, Router, StatusCode, Turn } from "@quorate/grpc";
import { atLeast, atMost, type Result } from "./measure.ts";

const CONNECTIONS = 100;
const STREAMS = 10;
const PAYLOAD_BYTES = 256;
const WARM_UP_CALLS = 100_000;
const MEASURED_CALLS = 400_000;
const LIMIT_MICROS = 5;
/** Without the kernel's share: two system calls a connection and turn. */
const LIMIT_USER_MICROS = 3;
const LEAST_CALLS_PER_SECOND = 50_000;
const GRACE_MS = 1_000;
const CLIENT_ARGUMENT = "--grpc-bench-client";

const ECHO = bytesMethod("/bench.Echo/Unary", { isClientStreaming: false, isServerStreaming: false });

/** Server CPU of one call, and calls per second with the client on the same machine. */
export async function benchGrpc(): Promise<Result[]> {
  let calls = 0;
  let before = { at: 0, cpu: process.cpuUsage() };
  let after = before;
  const mark = (): { at: number; cpu: NodeJS.CpuUsage } => ({ at: performance.now(), cpu: process.cpuUsage() });
  const router = new Router().handle(ECHO, (request, call) => {
    calls++;
    if (calls === WARM_UP_CALLS) before = mark();
    if (calls === WARM_UP_CALLS + MEASURED_CALLS) after = mark();
    call.respond(request);
  });
  const server = new GrpcServer({ router });
  const { port } = await server.listen(0, "127.0.0.1");
  const client = fork(new URL(import.meta.url), [CLIENT_ARGUMENT, String(port)]);
  await once(client, "exit");
  await server.close(GRACE_MS);
  const user = after.cpu.user - before.cpu.user;
  const micros = user + after.cpu.system - before.cpu.system;
  const perSecond = (MEASURED_CALLS * 1_000) / (after.at - before.at);
  return [
    atMost("grpc/server-cpu-per-unary-call", micros / MEASURED_CALLS, "us", LIMIT_MICROS),
    atMost("grpc/server-user-cpu-per-unary-call", user / MEASURED_CALLS, "us", LIMIT_USER_MICROS),
    atLeast("grpc/unary-calls", perSecond, "calls/s", LEAST_CALLS_PER_SECOND),
  ];
}

/** The other process: keeps every stream busy until all calls were made. */
function runClient(port: number): void {
  const payload = new Uint8Array(PAYLOAD_BYTES).fill(7);
  const turn = new Turn();
  let left = WARM_UP_CALLS + MEASURED_CALLS;
  let open = 0;
  const clients = Array.from({ length: CONNECTIONS }, () => new GrpcClient({ host: "127.0.0.1", port, turn }));
  const next = (client: GrpcClient): void => {
    if (left === 0) {
      if (open === 0) process.exit(0);
      return;
    }
    left--;
    open++;
    client.unary(ECHO, payload, {}, (status) => {
      open--;
      if (status.code !== StatusCode.OK) throw new Error(status.message);
      next(client);
    });
  };
  for (const client of clients) for (let i = 0; i < STREAMS; i++) next(client);
}

if (process.argv[2] === CLIENT_ARGUMENT) runClient(Number(process.argv[3]));
