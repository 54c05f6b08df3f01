import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesMethod, Metadata, type ServerCall, StatusCode } from "@quorate/grpc";
import { until } from "@quorate/testkit";
import { ServiceLab, SingleMember } from "../testing/index.ts";
import type { CallObserver } from "./service-router.ts";

const ECHO = bytesMethod("/test.Service/Echo", { isClientStreaming: false, isServerStreaming: false });
const LIST = bytesMethod("/test.Service/List", { isClientStreaming: false, isServerStreaming: true });
const TALK = bytesMethod("/test.Service/Talk", { isClientStreaming: true, isServerStreaming: true });
const NO_LEADER = `${StatusCode.Unavailable} etcdserver: no leader`;
const NO_LEARNER = `${StatusCode.Unavailable} etcdserver: rpc not supported for learner`;
const WANTS_LEADER = Metadata.of([["hasleader", "true"]]);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Keeps every event as a line. */
class Counts implements CallObserver {
  readonly lines: string[] = [];
  #calls = 0;
  readonly #open = new Set<number>();
  started(method: number): number {
    this.lines.push(`started ${method}`);
    this.#open.add(++this.#calls);
    return this.#calls;
  }
  handled(method: number, code: StatusCode, started: number): void {
    assert.ok(this.#open.delete(started), "the end of a call brings what its start gave");
    this.lines.push(`handled ${method} ${code}`);
  }
  received(method: number, byteLength: number): void {
    this.lines.push(`received ${method} ${byteLength}`);
  }
  sent(method: number, byteLength: number): void {
    this.lines.push(`sent ${method} ${byteLength}`);
  }
  requested(isStream: boolean, version: string): void {
    this.lines.push(`requested ${isStream} ${version}`);
  }
}

type Talk = ServerCall<Uint8Array, Uint8Array>;

/** Talks are handed out to the test; one byte 1 in a request of Echo makes it one that learners serve. */
async function start(server: SingleMember): Promise<{ lab: ServiceLab; counts: Counts; talks: Talk[]; gone: Talk[] }> {
  const counts = new Counts();
  const talks: Talk[] = [];
  const gone: Talk[] = [];
  const lab = await ServiceLab.start(
    server,
    (router) => {
      router.unary(ECHO, (request, call) => call.respond(request), { onLearner: (request) => request[0] === 1 });
      router.unary(LIST, (request, call) => {
        for (const byte of request) call.write(bytes(byte));
        call.end();
      });
      router.stream(TALK, (call) => {
        talks.push(call);
        call.onMessage = (message) => call.write(message);
        call.onEnd = () => call.end();
        call.onCancel = () => gone.push(call);
      });
    },
    counts,
  );
  return { lab, counts, talks, gone };
}

describe("server/services/service-router", () => {
  it("lists what it serves as metrics name it", async () => {
    const { lab } = await start(new SingleMember());
    assert.deepEqual(lab.router.methods, [
      { service: "test.Service", name: "Echo", type: "unary" },
      { service: "test.Service", name: "List", type: "server_stream" },
      { service: "test.Service", name: "Talk", type: "bidi_stream" },
    ]);
    await lab.close();
  });

  it("tells of every call once, with its messages and how it ended", async () => {
    const { lab, counts, talks } = await start(new SingleMember());
    await lab.ok(ECHO, bytes(1, 2, 3));
    const expected = ["started 0", "received 0 3", "requested false unknown", "sent 0 3", "handled 0 0"];
    assert.deepEqual(counts.lines.splice(0), expected);
    const list = lab.stream(LIST);
    list.call.send(bytes(7, 8));
    await list.ended;
    const listed = ["started 1", "received 1 2", "requested true unknown", "sent 1 1", "sent 1 1", "handled 1 0"];
    assert.deepEqual(counts.lines.splice(0), listed);
    const talk = lab.stream(TALK, Metadata.of([["client-api-version", "3.5"]]));
    talk.call.write(bytes(9));
    await talk.until(1);
    talk.call.cancel();
    await until(() => talks[0]?.isFinished === true, "the cancellation");
    const talked = ["started 2", "requested true 3.5", "received 2 1", "sent 2 1", `handled 2 ${StatusCode.Canceled}`];
    assert.deepEqual(counts.lines.splice(0), talked);
    await lab.close();
  });

  it("lets a learner serve what its rule allows and nothing else", async () => {
    const { lab } = await start(new SingleMember({ isLearner: true }));
    assert.deepEqual(await lab.ok(ECHO, bytes(1)), bytes(1));
    assert.equal(await lab.failure(ECHO, bytes(2)), NO_LEARNER);
    const { code, message } = await lab.stream(TALK).ended;
    assert.equal(`${code} ${message}`, NO_LEARNER);
    await lab.close();
  });

  it("refuses clients that want a leader while there is none, and serves the others", async () => {
    const server = new SingleMember();
    const { lab, counts } = await start(server);
    assert.equal((await lab.call(ECHO, bytes(1), WANTS_LEADER)).status.code, StatusCode.OK);
    server.follow(0n);
    assert.equal(await lab.failure(ECHO, bytes(1), WANTS_LEADER), NO_LEADER);
    assert.ok(counts.lines.includes("requested false unknown"), "a refused call counts too");
    assert.equal((await lab.call(ECHO, bytes(1), Metadata.of([["hasleader", "yes"]]))).status.code, StatusCode.OK);
    const { code, message } = await lab.stream(TALK, WANTS_LEADER).ended;
    assert.equal(`${code} ${message}`, NO_LEADER);
    await lab.close();
  });

  it("cancels streams that want a leader at the third poll without one in a row", async () => {
    const server = new SingleMember();
    const { lab, talks, gone } = await start(server);
    const wants = lab.stream(TALK, WANTS_LEADER);
    const other = lab.stream(TALK);
    for (const { call } of [wants, other]) call.write(bytes(1));
    await Promise.all([wants.until(1), other.until(1)]);
    for (const lead of [0n, 0n, server.memberId, 0n, 0n]) {
      server.follow(lead);
      lab.router.pollLeader();
    }
    assert.ok(talks.every((call) => !call.isFinished));
    lab.router.pollLeader();
    const { code, message } = await wants.ended;
    assert.equal(`${code} ${message}`, NO_LEADER);
    assert.deepEqual(gone, [talks[0]], "its handler lets go");
    other.call.write(bytes(2));
    await other.until(2);
    await lab.close();
  });
});
