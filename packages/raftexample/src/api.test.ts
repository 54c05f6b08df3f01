import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CodedError } from "@quorate/base";
import { type ApiResponse, handleRequest, MAX_BODY_BYTES, MAX_KEY_LENGTH, type Service } from "./api.ts";

const TEXT = "text/plain; charset=utf-8";
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A member that keeps pairs and remembers what it was asked, in order. `failure` makes every answer fail. */
class FakeMember implements Service {
  readonly calls: string[] = [];
  readonly pairs = new Map<string, Uint8Array>();
  failure: unknown;

  readonly lookup = (key: string): Uint8Array | undefined => {
    this.calls.push(`lookup ${key}`);
    return this.pairs.get(key);
  };
  readonly confirmRead = (): Promise<void> => this.#answer("confirmRead");
  readonly propose = (key: string, value: Uint8Array): Promise<void> => {
    this.pairs.set(key, value);
    return this.#answer(`propose ${key} ${value.length}`);
  };
  readonly addMember = (id: bigint, url: string): Promise<void> => this.#answer(`add ${id} ${url}`);
  readonly removeMember = (id: bigint): Promise<void> => this.#answer(`remove ${id}`);
  readonly status = (): string => '{"id":"1"}\n';

  #answer(call: string): Promise<void> {
    this.calls.push(call);
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }
}

function ask(member: FakeMember, method: string, target: string, body = ""): Promise<ApiResponse> {
  return handleRequest(member, method, target, text(body));
}

/** Asserts an answer of one sentence, and that the member was never asked. */
async function refuses(method: string, target: string, status: number, problem: string, body = ""): Promise<void> {
  const member = new FakeMember();
  const answer = await ask(member, method, target, body);
  assert.deepEqual([answer.status, answer.body], [status, `${problem}\n`]);
  assert.equal(answer.headers?.["Content-Type"], TEXT);
  assert.deepEqual(member.calls, []);
}

describe("raftexample/api", () => {
  describe("GET /key", () => {
    it("answers the bytes of the local store", async () => {
      const member = new FakeMember();
      member.pairs.set("a", new Uint8Array([0, 255]));
      for (const target of ["/a", "/a?", "/a?consistent=serializable", "/a?other=1"]) {
        assert.deepEqual(await ask(member, "GET", target), {
          status: 200,
          headers: { "Content-Type": "application/octet-stream" },
          body: new Uint8Array([0, 255]),
        });
      }
      assert.deepEqual([...new Set(member.calls)], ["lookup a"]);
    });

    it("confirms a linearizable read before it looks", async () => {
      const member = new FakeMember();
      member.pairs.set("a", text("1"));
      assert.equal((await ask(member, "GET", "/a?consistent=linearizable")).status, 200);
      assert.deepEqual(member.calls, ["confirmRead", "lookup a"]);
    });

    it("does not look when the read was not confirmed", async () => {
      const member = new FakeMember();
      member.failure = new CodedError("no quorum", { code: "TimedOut" });
      assert.equal((await ask(member, "GET", "/a?consistent=linearizable")).status, 503);
      assert.deepEqual(member.calls, ["confirmRead"]);
    });

    it("answers 404 with a sentence for an unknown key, linearizable or not", async () => {
      for (const target of ["/b%20c", "/b%20c?consistent=linearizable"]) {
        assert.deepEqual(await ask(new FakeMember(), "GET", target), {
          status: 404,
          headers: { "Content-Type": TEXT },
          body: 'no value for key "b c"\n',
        });
      }
    });

    it("tells an empty value from no value", async () => {
      const member = new FakeMember();
      member.pairs.set("empty", new Uint8Array(0));
      assert.deepEqual((await ask(member, "GET", "/empty")).body, new Uint8Array(0));
    });

    it("refuses any other consistency", async () => {
      const sentence = (got: string): string => `consistent must be "linearizable" or "serializable", not "${got}"`;
      await refuses("GET", "/a?consistent=eventual", 400, sentence("eventual"));
      await refuses("GET", "/a?consistent=", 400, sentence(""));
      await refuses("GET", "/a?consistent=Linearizable", 400, sentence("Linearizable"));
    });

    it("answers the status as JSON", async () => {
      assert.deepEqual(await ask(new FakeMember(), "GET", "/status"), {
        status: 200,
        headers: { "Content-Type": "application/json" },
        body: '{"id":"1"}\n',
      });
    });
  });

  describe("PUT /key", () => {
    it("answers 204 without a body once the write is done", async () => {
      const member = new FakeMember();
      assert.deepEqual(await ask(member, "PUT", "/a/b%2Fc", "value"), { status: 204 });
      assert.deepEqual(member.calls, ["propose a/b/c 5"]);
    });

    it("takes an empty value, and reads no meaning into a query", async () => {
      const member = new FakeMember();
      assert.deepEqual(await ask(member, "PUT", "/a?consistent=nonsense"), { status: 204 });
      assert.deepEqual(member.calls, ["propose a 0"]);
    });

    it("takes keys that are names of objects", async () => {
      const member = new FakeMember();
      for (const key of ["__proto__", "constructor"]) assert.equal((await ask(member, "PUT", `/${key}`)).status, 204);
      assert.equal((await ask(member, "GET", "/toString")).status, 404);
    });

    it("refuses the key that GET /status hides", async () => {
      await refuses("PUT", "/status", 400, 'the key "status" is taken by GET /status');
      await refuses("PUT", "/%73tatus", 400, 'the key "status" is taken by GET /status');
      assert.equal((await ask(new FakeMember(), "PUT", "/Status")).status, 204);
    });
  });

  describe("keys", () => {
    it(`takes ${MAX_KEY_LENGTH} characters and refuses one more`, async () => {
      assert.equal((await ask(new FakeMember(), "PUT", `/${"k".repeat(MAX_KEY_LENGTH)}`)).status, 204);
      const problem = `the key is longer than ${MAX_KEY_LENGTH} characters`;
      await refuses("PUT", `/${"k".repeat(MAX_KEY_LENGTH + 1)}`, 400, problem);
      await refuses("GET", `/${"%6b".repeat(MAX_KEY_LENGTH + 1)}`, 400, problem);
    });

    it("refuses an empty key", async () => {
      for (const method of ["GET", "PUT", "POST", "DELETE"]) await refuses(method, "/", 400, "the key is empty");
      await refuses("GET", "/?consistent=linearizable", 400, "the key is empty");
    });

    it("refuses bad percent encoding", async () => {
      for (const key of ["%", "%4", "%zz", "%ff", "%c3%28", "%ed%a0%80"]) {
        await refuses("PUT", `/${key}`, 400, "the key is not valid percent-encoded UTF-8");
      }
    });

    it("refuses a target that is no path", async () => {
      for (const target of ["", "*", "http://127.0.0.1/a", "?a"]) {
        await refuses("GET", target, 400, "the request target must be a path");
      }
    });
  });

  describe("POST /ID and DELETE /ID", () => {
    it("adds a member with the peer URL of the body, blanks around it taken off", async () => {
      const member = new FakeMember();
      assert.deepEqual(await ask(member, "POST", "/4", " http://127.0.0.1:9024\n"), { status: 204 });
      assert.deepEqual(await ask(member, "POST", "/0xfffffffffffffffd", "http://[::1]:1"), { status: 204 });
      assert.deepEqual(member.calls, ["add 4 http://127.0.0.1:9024", "add 18446744073709551613 http://[::1]:1"]);
    });

    it("removes a member", async () => {
      const member = new FakeMember();
      assert.deepEqual(await ask(member, "DELETE", "/4"), { status: 204 });
      assert.deepEqual(member.calls, ["remove 4"]);
    });

    it("refuses what is no member id", async () => {
      for (const id of ["0", "-1", "four", "1.5", "18446744073709551614", "0xffffffffffffffff", "status", " 1"]) {
        const target = `/${encodeURIComponent(id)}`;
        await refuses("POST", target, 400, `"${id}" is not a member id`, "http://127.0.0.1:9024");
        await refuses("DELETE", target, 400, `"${id}" is not a member id`);
      }
    });

    it("refuses what is no peer URL", async () => {
      for (const url of ["", "127.0.0.1:9024", "http://127.0.0.1", "http://127.0.0.1:9024/raft", "ftp://a:1"]) {
        await refuses("POST", "/4", 400, `"${url}" is not a peer URL like http://127.0.0.1:9021`, url);
      }
    });

    it("answers 409 with the reason for a change that was refused", async () => {
      const member = new FakeMember();
      member.failure = new CodedError("member 4 is in the cluster already", { code: "Refused" });
      const answer = await ask(member, "POST", "/4", "http://127.0.0.1:9024");
      assert.deepEqual(answer, {
        status: 409,
        headers: { "Content-Type": TEXT },
        body: "member 4 is in the cluster already\n",
      });
    });
  });

  it("answers 405 with what is allowed for any other method", async () => {
    for (const method of ["HEAD", "PATCH", "OPTIONS", "put", ""]) {
      const member = new FakeMember();
      assert.deepEqual(await ask(member, method, "/a"), {
        status: 405,
        headers: { "Content-Type": TEXT, Allow: "GET, PUT, POST, DELETE" },
        body: `method ${method} is not allowed\n`,
      });
      assert.deepEqual(member.calls, []);
    }
  });

  for (const code of ["Busy", "Dropped", "TimedOut", "Stopped"]) {
    it(`answers 503 with a sentence and when to come back for ${code}`, async () => {
      const member = new FakeMember();
      member.failure = new CodedError(`because of ${code}`, { code });
      const expected = {
        status: 503,
        headers: { "Content-Type": TEXT, "Retry-After": "1" },
        body: `because of ${code}\n`,
      };
      assert.deepEqual(await ask(member, "PUT", "/a", "1"), expected);
      assert.deepEqual(await ask(member, "GET", "/a?consistent=linearizable"), expected);
      assert.deepEqual(await ask(member, "POST", "/4", "http://127.0.0.1:9024"), expected);
      assert.deepEqual(await ask(member, "DELETE", "/4"), expected);
    });
  }

  it("passes on a failure that it does not know", async () => {
    const member = new FakeMember();
    member.failure = new CodedError("a broken invariant", { code: "Surprise" });
    await assert.rejects(ask(member, "PUT", "/a", "1"), { code: "Surprise" });
  });

  it("names its limit on bodies", () => {
    assert.equal(MAX_BODY_BYTES, 1_572_864);
  });
});
