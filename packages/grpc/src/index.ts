/** Public surface of grpc: HTTP/2 and gRPC over sockets, server and client. Start at node-server.ts and server-call.ts. */
export type { CallListener, ClientCall } from "./client-call.ts";
export type { CallOptions, UnaryCallback } from "./client-connection.ts";
export type { HttpHandler, HttpRequest, HttpResponse } from "./http-exchange.ts";
export { DEFAULT_LIMITS, type Limits } from "./http2/limits.ts";
export { CLIENT_KEEPALIVE, type KeepaliveOptions, SERVER_KEEPALIVE } from "./http2/ping-policy.ts";
export { Metadata, MetadataError, NO_METADATA } from "./metadata.ts";
export { bytesMethod, type MethodDescriptor } from "./method.ts";
export { GrpcClient, type GrpcClientOptions } from "./node-client.ts";
export { GrpcServer, type GrpcServerOptions } from "./node-server.ts";
export { Turn } from "./node-turn.ts";
export { type CallHandler, type MethodObserver, type RequestHandler, Router, type ServerMethod } from "./router.ts";
export type { ServerCall } from "./server-call.ts";
export { OK, type Status, StatusCode } from "./status.ts";
