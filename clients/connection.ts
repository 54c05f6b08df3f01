/** Our own gRPC client, as the judge uses it: promises instead of callbacks, errors with code and text. */
import { CodedError } from "@quorate/base";
import { GrpcClient, type MethodDescriptor, type Status, StatusCode } from "@quorate/grpc";
import type { System } from "./system.ts";

/** A call that ended with another code than OK. */
export class CallError extends CodedError<{ readonly code: "CallFailed"; readonly status: Status }> {
  override readonly name = "CallError";

  constructor(path: string, status: Status) {
    super(`${path}: ${status.code} ${status.message}`, { code: "CallFailed", status });
  }
}

/** A client of one member. */
export function connect(system: System, member = 0): GrpcClient {
  return new GrpcClient({ host: "127.0.0.1", port: system.places[member]?.clientPort ?? 0 });
}

/** One unary call. @throws CallError */
export function call<Req, Res>(client: GrpcClient, method: MethodDescriptor<Req, Res>, message: Req): Promise<Res> {
  return new Promise((resolve, reject) => {
    client.unary(method, message, {}, (status, response) => {
      if (status.code === StatusCode.OK && response !== undefined) resolve(response);
      else reject(new CallError(method.path, status));
    });
  });
}
