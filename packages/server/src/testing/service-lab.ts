/** Services behind a real port, with a client on a real socket: what tests of services talk through. */
import {
  type ClientCall,
  GrpcClient,
  GrpcServer,
  type Metadata,
  type MethodDescriptor,
  NO_METADATA,
  Router,
  type Status,
} from "@quorate/grpc";
import type { EtcdServer } from "../services/etcd-server.ts";
import { type CallObserver, ServiceRouter, silentObserver } from "../services/service-router.ts";

export type Answered<Res> = { readonly status: Status; readonly response: Res | undefined };

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

export class ServiceLab {
  readonly router: ServiceRouter;
  readonly #grpcServer: GrpcServer;
  readonly #client: GrpcClient;

  private constructor(router: ServiceRouter, grpcServer: GrpcServer, client: GrpcClient) {
    this.router = router;
    this.#grpcServer = grpcServer;
    this.#client = client;
  }

  static async start(
    server: EtcdServer,
    register: (router: ServiceRouter) => void,
    observer: CallObserver = silentObserver,
  ): Promise<ServiceLab> {
    const router = new Router();
    const services = new ServiceRouter(router, server, observer);
    register(services);
    const grpcServer = new GrpcServer({ router });
    const { port } = await grpcServer.listen(0, "127.0.0.1");
    return new ServiceLab(services, grpcServer, new GrpcClient({ host: "127.0.0.1", port }));
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#grpcServer.close(0);
  }

  /** A unary call, however it ends. */
  call<Req, Res>(
    method: MethodDescriptor<Req, Res>,
    request: Req,
    metadata: Metadata = NO_METADATA,
  ): Promise<Answered<Res>> {
    return new Promise((resolve) => {
      this.#client.unary(method, request, { metadata }, (status, response) => resolve({ status, response }));
    });
  }

  /** A unary call that goes well. */
  async ok<Req, Res>(method: MethodDescriptor<Req, Res>, request: Req): Promise<Res> {
    const { status, response } = await this.call(method, request);
    if (response === undefined) throw new Error(`${method.path}: ${status.code} ${status.message}`);
    return response;
  }

  /** A unary call that fails, as "code text". */
  async failure<Req, Res>(method: MethodDescriptor<Req, Res>, request: Req, metadata?: Metadata): Promise<string> {
    const { status } = await this.call(method, request, metadata);
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
