/** Google's gRPC client for Node, with the .proto files of packages/proto and none of our codecs. */
import { join } from "node:path";
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** A message as plain fields: numbers of 64 bits as text, octets as Buffers. */
export type Message = Readonly<Record<string, unknown>>;
export type Options = { readonly metadata?: Metadata; readonly deadlineMs?: number };
/** How a call ended. */
export type Ending = { readonly code: number; readonly details: string };

const PROTOS = join(import.meta.dirname, "../../packages/proto/proto");
const MAX_BYTES = 2 ** 31 - 1;

type Method = MethodDefinition<object, object>;

export class GrpcJs {
  readonly #client: Client;
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(endpoint: string) {
    const limits = { "grpc.max_receive_message_length": MAX_BYTES, "grpc.max_send_message_length": MAX_BYTES };
    this.#client = new Client(endpoint, credentials.createInsecure(), limits);
    this.#methods = loadMethods();
  }

  /** One unary call. @param name "KV/Range" */
  call(name: string, request: Message, options: Options = {}): Promise<Message> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    return new Promise((resolve, reject) => {
      const { metadata, callOptions } = sendable(options);
      const done = (error: ServiceError | null, response?: object): void => {
        if (error === null) resolve((response ?? {}) as Message);
        else reject(error);
      };
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, callOptions, done);
    });
  }

  /** How a unary call ends that should fail. */
  async fails(name: string, request: Message, options: Options = {}): Promise<Ending> {
    try {
      await this.call(name, request, options);
    } catch (error) {
      const { code, details } = error as ServiceError;
      return { code, details };
    }
    throw new Error(`${name} did not fail`);
  }

  bidi(name: string, options: Options = {}): ClientDuplexStream<object, Message> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    const { metadata, callOptions } = sendable(options);
    return this.#client.makeBidiStreamRequest(
      path,
      requestSerialize,
      asMessage(responseDeserialize),
      metadata,
      callOptions,
    );
  }

  download(name: string, request: Message, options: Options = {}): ClientReadableStream<Message> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    const { metadata, callOptions } = sendable(options);
    const decode = asMessage(responseDeserialize);
    return this.#client.makeServerStreamRequest(path, requestSerialize, decode, request, metadata, callOptions);
  }

  /** A call of a path that no file knows. */
  unknown(path: string): Promise<Ending> {
    const same = (bytes: Buffer): Buffer => bytes;
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(path, same, same, Buffer.alloc(0), (error) =>
        resolve({ code: error?.code ?? 0, details: error?.details ?? "" }),
      );
    });
  }

  close(): void {
    this.#client.close();
  }

  #method(name: string): Method {
    const method = this.#methods.get(name);
    if (method === undefined) throw new Error(`there is no method ${name}`);
    return method;
  }
}

let loaded: ReadonlyMap<string, Method> | undefined;

function loadMethods(): ReadonlyMap<string, Method> {
  if (loaded !== undefined) return loaded;
  const files = ["kv.proto", "watch.proto", "lease.proto", "cluster.proto", "maintenance.proto", "health.proto"];
  const definitions = loadSync(files, { includeDirs: [PROTOS], longs: String, defaults: true, keepCase: true });
  const methods = new Map<string, Method>();
  for (const [service, definition] of Object.entries(definitions)) {
    if ("format" in definition) continue;
    for (const [name, method] of Object.entries(definition))
      methods.set(`${service.split(".").at(-1)}/${name}`, method);
  }
  loaded = methods;
  return methods;
}

function sendable({ metadata = new Metadata(), deadlineMs }: Options): {
  metadata: Metadata;
  callOptions: { deadline?: number };
} {
  return { metadata, callOptions: deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs } };
}

function asMessage(decode: (bytes: Buffer) => object): (bytes: Buffer) => Message {
  return (bytes) => decode(bytes) as Message;
}
