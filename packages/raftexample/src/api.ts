/**
 * The key-value API as a function from request to response: which request means what, and what is wrong with the rest. Sockets
 * are in node-http-api.ts.
 *
 *   GET    /key                             200 value | 404                the local store
 *   GET    /key?consistent=linearizable     200 value | 404 | 503          through read index
 *   PUT    /key     value in the body       204 | 503                      once committed and applied here
 *   POST   /ID      peer URL in the body    204 | 409 | 503                adds a member
 *   DELETE /ID                              204 | 409 | 503                removes a member
 *   GET    /status                          200 JSON
 */
import { messageOf } from "@quorate/base";
import { parseMemberId, peerUrlProblem } from "./options.ts";

/** Largest body: a value, or a peer URL. etcd's example has no limit; ours is etcd's default request limit. */
export const MAX_BODY_BYTES: number = 1.5 * 1024 * 1024;
/** Longest key, in UTF-16 units. */
export const MAX_KEY_LENGTH = 4_096;

/** What the API needs of a member. Failures carry a code: Busy, Dropped, TimedOut, Stopped, Refused. */
export type Service = {
  readonly lookup: (key: string) => Uint8Array | undefined;
  readonly confirmRead: () => Promise<void>;
  readonly propose: (key: string, value: Uint8Array) => Promise<void>;
  readonly addMember: (id: bigint, url: string) => Promise<void>;
  readonly removeMember: (id: bigint) => Promise<void>;
  readonly status: () => string;
};

export type ApiResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

/** Answers one request; `body` is complete. Never rejects. */
export async function handleRequest(
  service: Service,
  method: string,
  target: string,
  body: Uint8Array,
): Promise<ApiResponse> {
  const route = parseTarget(target);
  if ("problem" in route) return sentence(400, route.problem);
  try {
    switch (method) {
      case "GET":
        return await get(service, route);
      case "PUT":
        return await put(service, route, body);
      case "POST":
        return await addMember(service, route, body);
      case "DELETE":
        return await removeMember(service, route);
      default:
        return sentence(405, `method ${method} is not allowed`, { Allow: "GET, PUT, POST, DELETE" });
    }
  } catch (error) {
    return failure(error);
  }
}

type Route = { readonly key: string; readonly query: string };

function parseTarget(target: string): Route | { readonly problem: string } {
  const [path, query] = splitTarget(target);
  if (!path.startsWith("/")) return { problem: "the request target must be a path" };
  let key: string;
  try {
    key = decodeURIComponent(path.slice(1));
  } catch {
    return { problem: "the key is not valid percent-encoded UTF-8" };
  }
  if (key === "") return { problem: "the key is empty" };
  if (key.length > MAX_KEY_LENGTH) return { problem: `the key is longer than ${MAX_KEY_LENGTH} characters` };
  return { key, query };
}

function splitTarget(target: string): [string, string] {
  const mark = target.indexOf("?");
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)];
}

async function get(service: Service, { key, query }: Route): Promise<ApiResponse> {
  if (key === "status") return { status: 200, headers: { "Content-Type": "application/json" }, body: service.status() };
  const consistent = new URLSearchParams(query).get("consistent");
  if (consistent !== null && consistent !== "linearizable" && consistent !== "serializable") {
    return sentence(400, `consistent must be "linearizable" or "serializable", not "${consistent}"`);
  }
  if (consistent === "linearizable") await service.confirmRead();
  const value = service.lookup(key);
  if (value === undefined) return sentence(404, `no value for key "${key}"`);
  return { status: 200, headers: { "Content-Type": "application/octet-stream" }, body: value };
}

async function put(service: Service, { key }: Route, body: Uint8Array): Promise<ApiResponse> {
  if (key === "status") return sentence(400, 'the key "status" is taken by GET /status');
  await service.propose(key, body);
  return { status: 204 };
}

async function addMember(service: Service, { key }: Route, body: Uint8Array): Promise<ApiResponse> {
  const id = parseMemberId(key);
  if (id === undefined) return sentence(400, `"${key}" is not a member id`);
  const url = new TextDecoder().decode(body).trim();
  const problem = peerUrlProblem(url);
  if (problem !== undefined) return sentence(400, problem);
  await service.addMember(id, url);
  return { status: 204 };
}

async function removeMember(service: Service, { key }: Route): Promise<ApiResponse> {
  const id = parseMemberId(key);
  if (id === undefined) return sentence(400, `"${key}" is not a member id`);
  await service.removeMember(id);
  return { status: 204 };
}

/** A refusal is the request's fault; everything else here is a cluster that cannot answer now. */
function failure(error: unknown): ApiResponse {
  const { code } = error as { code?: unknown };
  switch (code) {
    case "Refused":
      return sentence(409, messageOf(error));
    case "Busy":
    case "Dropped":
    case "TimedOut":
    case "Stopped":
      return sentence(503, messageOf(error), { "Retry-After": "1" });
    default:
      throw error;
  }
}

/** An answer that is one sentence for a person. */
export function sentence(status: number, text: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${text}\n` };
}
