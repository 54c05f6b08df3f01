/** Services behind a real port, with a client on a real socket: what tests of services talk through. */
import { GrpcServer, type Metadata, type MethodDescriptor, Router } from "@quorate/grpc";
import type { EtcdServer } from "../services/etcd-server.ts";
import { type CallObserver, ServiceRouter, silentObserver } from "../services/service-router.ts";
import { type Answered, LabClient, type OpenStream } from "./lab-client.ts";

export class ServiceLab {
  readonly router: ServiceRouter;
  readonly #grpcServer: GrpcServer;
  readonly #client: LabClient;

  private constructor(router: ServiceRouter, grpcServer: GrpcServer, client: LabClient) {
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
    return new ServiceLab(services, grpcServer, new LabClient(port));
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#grpcServer.close(0);
  }

  call<Req, Res>(method: MethodDescriptor<Req, Res>, request: Req, metadata?: Metadata): Promise<Answered<Res>> {
    return this.#client.call(method, request, metadata === undefined ? {} : { metadata });
  }

  ok<Req, Res>(method: MethodDescriptor<Req, Res>, request: Req): Promise<Res> {
    return this.#client.ok(method, request);
  }

  failure<Req, Res>(method: MethodDescriptor<Req, Res>, request: Req, metadata?: Metadata): Promise<string> {
    return this.#client.failure(method, request, metadata);
  }

  stream<Req, Res>(method: MethodDescriptor<Req, Res>, metadata?: Metadata): OpenStream<Req, Res> {
    return this.#client.stream(method, metadata);
  }
}
