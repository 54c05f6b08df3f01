/** The part "grpc-js": Google's gRPC client for Node, as a judge of calls, streams and errors. */
import { judgeChecks } from "./checks.ts";
import { CALLS } from "./grpc-js-calls.ts";
import { GrpcJs } from "./grpc-js-client.ts";
import { STREAMS } from "./grpc-js-streams.ts";
import type { Judgement, Part } from "./part.ts";

export function judgeGrpcJs(part: Part): Promise<Judgement> {
  const checks = { ...CALLS, ...STREAMS };
  return judgeChecks(part, {
    checks,
    open: ({ endpoints }) => new GrpcJs(endpoints),
    close: (client) => client.close(),
  });
}
