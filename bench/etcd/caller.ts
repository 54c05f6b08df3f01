/** A client for the questions in between: one connection, one promise a call. Loads have their own loops; nothing here is timed. */
import { bytesMethod, GrpcClient, type MethodDescriptor, StatusCode } from "@quorate/grpc";
import {
  decodeRangeResponse,
  encodeRangeRequest,
  KVService,
  newRangeRequest,
  type RangeResponse,
} from "@quorate/proto";

const TIMEOUT_MS = 10_000;

/** A unary method whose messages stay bytes. */
export function unaryMethod(path: string): MethodDescriptor<Uint8Array, Uint8Array> {
  return bytesMethod(path, { isClientStreaming: false, isServerStreaming: false });
}

export class Caller {
  readonly #client: GrpcClient;

  constructor(host: string, port: number) {
    this.#client = new GrpcClient({ host, port });
  }

  /** @throws Error with the status for every code but OK. */
  call(path: string, request: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#client.unary(unaryMethod(path), request, { timeoutMs: TIMEOUT_MS }, (status, response) => {
        if (status.code === StatusCode.OK && response !== undefined) resolve(response);
        else reject(new Error(`${path}: ${status.code} ${status.message}`));
      });
    });
  }

  /** A linearizable read of one key. */
  async get(key: string): Promise<RangeResponse> {
    const request = newRangeRequest({ key: new TextEncoder().encode(key) });
    return decodeRangeResponse(await this.call(KVService.range.path, encodeRangeRequest(request)));
  }

  /** The store's revision: it counts every put that was applied, whatever a load generator believes. */
  async revision(): Promise<number> {
    return (await this.get("revision")).header?.revision ?? 0;
  }

  close(): void {
    this.#client.close();
  }
}
