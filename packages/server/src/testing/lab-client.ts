/** A client of the services as tests hold it: promises, failures as text, streams that can be waited for. On one real socket. */
import {
  type ClientCall,
  GrpcClient,
  type Metadata,
  type MethodDescriptor,
  NO_METADATA,
  type Status,
} from "@quorate/grpc";

export type Answered<Res> = { readonly status: Status; readonly response: Res | undefined };

export type LabCallOptions = { readonly metadata?: Metadata; readonly timeoutMs?: number };

/** A stream as a test holds it. */
export type OpenStream<Req, Res> = {
  readonly call: ClientCall<Req, Res>;
  readonly messages: readonly Res[];
  /** Undefined while it is open. */
  readonly status: Status | undefined;
  readonly ended: Promise<Status>;
  /** Resolves once there are `count` messages, or the stream has ended. */
  readonly until: (count: number) => Promise<readonly Res[]>;
};

export class LabClient {
  readonly #client: GrpcClient;

  constructor(port: number) {
    this.#client = new GrpcClient({ host: "127.0.0.1", port });
  }

  /** The connection is lost, or refused: a new client is needed. */
  get isClosing(): boolean {
    return this.#client.isClosing;
  }

  close(): void {
    this.#client.close();
  }

  /** A unary call, however it ends. */
  call<Req, Res>(
    method: MethodDescriptor<Req, Res>,
    request: Req,
    { metadata = NO_METADATA, timeoutMs }: LabCallOptions = {},
  ): Promise<Answered<Res>> {
    const options = timeoutMs === undefined ? { metadata } : { metadata, timeoutMs };
    return new Promise((resolve) => {
      this.#client.unary(method, request, options, (status, response) => resolve({ status, response }));
    });
  }

  /** A unary call that goes well. */
  async ok<Req, Res>(method: MethodDescriptor<Req, Res>, request: Req): Promise<Res> {
    const { status, response } = await this.call(method, request);
    if (response === undefined) throw new Error(`${method.path}: ${status.code} ${status.message}`);
    return response;
  }

  /** A unary call that fails, as "code text". */
  async failure<Req, Res>(
    method: MethodDescriptor<Req, Res>,
    request: Req,
    metadata: Metadata = NO_METADATA,
  ): Promise<string> {
    const { status } = await this.call(method, request, { metadata });
    return `${status.code} ${status.message}`;
  }

  stream<Req, Res>(method: MethodDescriptor<Req, Res>, metadata: Metadata = NO_METADATA): OpenStream<Req, Res> {
    const messages: Res[] = [];
    let status: Status | undefined;
    let settle: (status: Status) => void = () => {};
    let look: () => void = () => {};
    const ended = new Promise<Status>((resolve) => {
      settle = resolve;
    });
    const call = this.#client.stream(
      method,
      { metadata },
      {
        onMessage: (message) => {
          messages.push(message);
          look();
        },
        onStatus: (end) => {
          status = end;
          settle(end);
          look();
        },
      },
    );
    const until = (count: number): Promise<readonly Res[]> =>
      new Promise((resolve) => {
        look = () => {
          if (messages.length >= count || status !== undefined) resolve(messages);
        };
        look();
      });
    return {
      call,
      messages,
      get status() {
        return status;
      },
      ended,
      until,
    };
  }
}
