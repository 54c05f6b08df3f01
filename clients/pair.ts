/** Both systems of the differential test behind one face: each request goes to both at once, and both answers must be the same. */
import { CodedError } from "@quorate/base";
import { type GrpcClient, type Status, StatusCode } from "@quorate/grpc";
import { type LeaseKeepAliveRequest, type LeaseKeepAliveResponse, LeaseService } from "@quorate/proto";
import type { Bite } from "./bite.ts";
import { connect } from "./connection.ts";
import { type Difference, differenceOf } from "./part.ts";
import { permit } from "./permitted.ts";
import type { System } from "./system.ts";
import { describe, type Operation } from "./wire.ts";

/** The systems part: nothing that comes after it means anything. */
export class Parted extends CodedError<{ readonly code: "Parted"; readonly difference: Difference }> {
  override readonly name = "Parted";

  constructor(difference: Difference) {
    super(difference.short, { code: "Parted", difference });
  }
}

type Answer = { readonly status: Status; readonly response: object | undefined };

/** Operations that a difference is told with. */
const HISTORY = 12;

export class Pair {
  readonly clients: readonly [GrpcClient, GrpcClient];
  readonly differences: Difference[] = [];
  readonly #bite: Bite | undefined;
  readonly #keepAlives: readonly [KeepAlive, KeepAlive];
  #history: string[] = [];
  count = 0;
  /** How many of them ended with an error, by its text. */
  readonly errors: Map<string, number> = new Map();

  constructor(systems: readonly [System, System], bite: Bite | undefined) {
    this.#bite = bite;
    this.clients = [connect(systems[0]), connect(systems[1])];
    this.#keepAlives = [new KeepAlive(this.clients[0]), new KeepAlive(this.clients[1])];
  }

  /** Runs the operation on both sides. @returns the reference's answer; undefined when it was an error. @throws Parted */
  async run(operation: Operation): Promise<object | undefined> {
    const { name, request, oddity } = operation;
    const number = this.#remember(`${name} ${describe(request)}${oddity === "none" ? "" : ` with ${oddity}`}`);
    const [expected, actual] = await Promise.all(this.clients.map((client) => unary(client, operation)));
    return this.#compare(number, name, request, expected!, actual!);
  }

  /** One keep-alive of a lease, on streams that stay open. @throws Parted */
  async keepAlive(request: LeaseKeepAliveRequest): Promise<void> {
    const number = this.#remember(`keepAlive ${describe(request)}`);
    const [expected, actual] = await Promise.all(this.#keepAlives.map((stream) => stream.ask(request)));
    this.#compare(number, "keepAlive", request, expected!, actual!);
  }

  /** Compares anything else. @throws Parted */
  same(what: string, expected: string, actual: string): void {
    if (expected !== actual) this.#part(what, expected, actual);
  }

  note(what: string): void {
    this.#remember(what);
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  #remember(text: string): number {
    this.#history.push(`#${++this.count} ${text}`);
    if (this.#history.length > HISTORY) this.#history.shift();
    return this.count;
  }

  #compare(number: number, name: string, request: object, expected: Answer, actual: Answer): object | undefined {
    const error = expected.status.code === StatusCode.OK ? undefined : expected.status.message;
    if (error !== undefined) this.errors.set(error, (this.errors.get(error) ?? 0) + 1);
    const before = this.#bite === undefined || actual.response === undefined ? "" : describe(actual.response);
    const isFalse = actual.response !== undefined && this.#bite?.message(actual.response) === true;
    const falsified = isFalse ? describe(actual.response) : "";
    if (expected.response !== undefined && actual.response !== undefined)
      permit(name, request, expected.response, actual.response);
    const [a, b] = [expected, actual].map(({ status, response }) => textOf(status, response));
    if (a !== b) this.#part(`operation ${number}, ${name} ${describe(request)}`, a!, b!);
    else if (isFalse) this.#bite?.missed.push(`${name} ${describe(request)}\n    ${before}\n    ${falsified}`);
    return expected.response;
  }

  #part(what: string, expected: string, actual: string): void {
    const difference = differenceOf(what, expected, actual);
    const history = this.#history.map((line) => `    ${line.slice(0, 2_000)}`).join("\n");
    const told = { ...difference, whole: `${difference.whole}\n  the last operations:\n${history}` };
    this.differences.push(told);
    // A falsified answer changes nothing in the subject: the test can go on.
    if (this.#bite === undefined) throw new Parted(told);
  }
}

function textOf(status: Status, response: object | undefined): string {
  const fields = response === undefined ? "" : describe(response).replaceAll(/([{[,])(?=["{])/g, "$1\n");
  return `code ${status.code} ${status.message}\n${fields}`;
}

function unary(client: GrpcClient, { descriptor, bytes }: Operation): Promise<Answer> {
  return new Promise((resolve) => {
    client.unary(descriptor, bytes, {}, (status, response) =>
      resolve({ status, response: status.code === StatusCode.OK ? (response as object) : undefined }),
    );
  });
}

/** A stream of keep-alives: an answer to each, in order. */
class KeepAlive {
  readonly #call;
  #waiting: ((answer: Answer) => void)[] = [];

  constructor(client: GrpcClient) {
    this.#call = client.stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>(
      LeaseService.leaseKeepAlive,
      {},
      {
        onMessage: (response) => this.#waiting.shift()?.({ status: { code: StatusCode.OK, message: "" }, response }),
        onStatus: (status) => {
          for (const resolve of this.#waiting.splice(0)) resolve({ status, response: undefined });
        },
      },
    );
  }

  ask(request: LeaseKeepAliveRequest): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#call.write(request);
    });
  }
}
