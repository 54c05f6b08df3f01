/** Runs the steps of a script on one system: fills in its values, starts the programs, and turns what they leave behind into a text. */
import {
  ClusterService,
  KVService,
  LeaseService,
  type MemberListResponse,
  type Method,
  newMemberListRequest,
} from "@quorate/proto";
import { request } from "@quorate/testkit";
import type { Bite } from "./bite.ts";
import { type Outcome, Running, run } from "./children.ts";
import { call, connect } from "./connection.ts";
import { formsOfId, type Known, normalise } from "./normalise.ts";
import type { Reference } from "./reference.ts";
import type { Step } from "./script.ts";
import type { System } from "./system.ts";

const UNTIL_MS = 10_000;
const RETRY_MS = 30_000;
const RETRY_AGAIN_MS = 100;
const LEASE_OR_MEMBER = /lease ([0-9a-f]{16})|Member +([0-9a-f]+) |"ID"(?: :|:) ?(\d+)/;
/** Metrics of the Go runtime and of its HTTP library say nothing about a server. */
const FOREIGN_METRIC = /^(go|promhttp|process)_/;
/** What versions after 3.5 have besides, what stood for etcd's old store, what appears with the first observation, and ours. */
const OTHER_METRICS: ReadonlySet<string> = new Set([
  "etcd_debugging_server_watch_send_loop_control_stream_duration_seconds",
  "etcd_debugging_server_watch_send_loop_progress_duration_seconds",
  "etcd_debugging_server_watch_send_loop_watch_stream_duration_per_event_seconds",
  "etcd_debugging_server_watch_send_loop_watch_stream_duration_seconds",
  "etcd_debugging_store_reads_total",
  "etcd_debugging_store_writes_total",
  "etcd_server_apply_duration_seconds",
  "etcd_server_feature_enabled",
  "quorate_event_loop_delay_seconds",
]);

/** What "-w protobuf" prints, by command. */
const MESSAGES: Readonly<Record<string, Pick<Method<never, unknown>, "decodeResponse">>> = {
  get: KVService.range,
  put: KVService.put,
  del: KVService.deleteRange,
  txn: KVService.txn,
  compaction: KVService.compact,
  member: ClusterService.memberList,
  lease: LeaseService.leaseGrant,
};

export class Session {
  readonly system: System;
  readonly #reference: Reference;
  readonly #bite: Bite | undefined;
  readonly #values = new Map<string, string>();
  readonly #known: Known[] = [];
  readonly #beside = new Map<string, Running>();

  private constructor(system: System, reference: Reference, bite: Bite | undefined) {
    this.system = system;
    this.#reference = reference;
    this.#bite = bite;
  }

  /** A session that knows the ids of the system's cluster and members. */
  static async open(system: System, reference: Reference, bite?: Bite): Promise<Session> {
    const session = new Session(system, reference, bite);
    await session.#learn();
    return session;
  }

  /**
   * Does what the step says. The text has all of the answer in it; undefined where there is none to compare.
   * @throws when what the step waits for does not come.
   */
  async perform(step: Step): Promise<string | undefined> {
    const words = step.words.map((word) => this.#fill(word));
    switch (step.action) {
      case "tool":
        return this.#tool(step, words);
      case "http":
        return this.#http(step, words);
      case "revision":
        this.#values.set(words[0] ?? "", String((await this.#revision()) + 1));
        return undefined;
      case "bg": {
        const [name = "", ...args] = words;
        const timeoutMs = 2 * UNTIL_MS;
        this.#beside.set(
          name,
          new Running(this.#reference.etcdctl, this.#args(args), this.#options(undefined, timeoutMs)),
        );
        return undefined;
      }
      case "until": {
        const [name = "", text = "", times = "1"] = words;
        const running = this.#besideCalled(name);
        if (await running.until(text.replaceAll("\\n", "\n"), Number(times), UNTIL_MS)) return undefined;
        throw new Error(`${name} did not print "${text}" ${times} times; it printed:\n${running.stdout}`);
      }
      case "stop": {
        const running = this.#besideCalled(words[0] ?? "");
        return this.#text(step, ["etcdctl"], await running.interrupt());
      }
      case "system":
        return this.#change(words);
      default:
        throw step.action satisfies never;
    }
  }

  async #tool(step: Step, words: readonly string[]): Promise<string> {
    const [tool, ...args] = words;
    const binary = tool === "etcdutl" ? this.#reference.etcdutl : this.#reference.etcdctl;
    const all = tool === "etcdutl" ? args : this.#args(args);
    const deadline = performance.now() + RETRY_MS;
    for (;;) {
      const outcome = await run(binary, all, this.#options(step.stdin));
      const isOver = step.retryWhile === undefined || !outcome.stderr.includes(step.retryWhile);
      if (isOver || performance.now() > deadline) return this.#text(step, words, outcome);
      await new Promise((resolve) => setTimeout(resolve, RETRY_AGAIN_MS));
    }
  }

  async #http(step: Step, [method = "GET", path = "/"]: readonly string[]): Promise<string> {
    const isNames = method === "NAMES";
    const reply = await request(this.system.places[0]?.clientPort ?? 0, isNames ? "GET" : method, path);
    const body = isNames ? namesOfMetrics(reply.body) : reply.body;
    const type = isNames ? "" : String(reply.headers["content-type"]);
    return normalise(`${reply.status} ${type}\n${body}`, this.#known, step.rules);
  }

  #text(step: Step, words: readonly string[], { stdout, stderr, exitCode }: Outcome): string {
    const isBinary = words.includes("protobuf") || words.includes("--write-out=protobuf");
    const printed =
      isBinary && exitCode === 0 ? describeMessage(words[1] ?? "", stdout) : Buffer.from(stdout).toString("utf8");
    if (step.capture !== undefined) this.#capture(step.capture, printed, stderr);
    const show = (text: string): string =>
      normalise(`exit ${exitCode}\nstdout:\n${text}\nstderr:\n${stderr}`, this.#known, step.rules);
    const falsified = this.#bite?.text(printed);
    if (falsified === undefined) return show(printed);
    if (show(falsified) === show(printed)) this.#bite?.missed.push(`${step.text}\n    ${printed}\n    ${falsified}`);
    return show(falsified);
  }

  /** Gives the id in an output a name. */
  #capture(name: string, printed: string, stderr: string): void {
    const [, lease, member, decimal] = LEASE_OR_MEMBER.exec(printed) ?? [];
    const text = decimal ?? (lease ?? member)?.replace(/^/, "0x");
    if (text === undefined) throw new Error(`no id in the output: ${printed}${stderr}`);
    this.#values.set(name, BigInt(text).toString(16));
    this.#known.push(...formsOfId(BigInt(text), `<${name}>`));
  }

  #args(args: readonly string[]): string[] {
    const isAimed = args.some((word) => word.startsWith("--endpoints"));
    return isAimed ? [...args] : [`--endpoints=127.0.0.1:${this.system.places[0]?.clientPort ?? 0}`, ...args];
  }

  #options(stdin?: string, timeoutMs?: number): { cwd: string; stdin?: string; timeoutMs?: number } {
    return {
      cwd: this.system.root,
      ...(stdin === undefined ? {} : { stdin }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
  }

  #besideCalled(name: string): Running {
    const running = this.#beside.get(name);
    if (running === undefined) throw new Error(`nothing called ${name} runs`);
    return running;
  }

  #fill(word: string): string {
    return word.replaceAll(/\$([A-Z]+[0-9]*)/g, (all, name: string) => this.#values.get(name) ?? all);
  }

  async #change([what, name = ""]: readonly string[]): Promise<string | undefined> {
    let said: string | undefined;
    if (what === "reserve") await this.system.reserve();
    else if (what === "start") await this.system.startMember(this.system.place(name), this.system.places, "existing");
    else if (what === "lead") await this.#lead(name);
    else if (what === "leaving") this.system.mayEnd(name);
    else if (what === "ends") said = `${name} ended with ${await this.system.ended(name)}`;
    else throw new Error(`system ${what}: no such thing`);
    await this.#learn();
    return said;
  }

  /** Makes a member the leader, whoever it is now. */
  async #lead(name: string): Promise<void> {
    const target = this.#values.get(name.toUpperCase()) ?? "";
    const args = [`--endpoints=${this.system.endpoints}`, "move-leader", target];
    const { exitCode, stderr } = await run(this.#reference.etcdctl, args, this.#options());
    if (exitCode !== 0) throw new Error(`${this.system.label}: move-leader: ${stderr}`);
  }

  /** Learns what the system's own texts are: ids, ports, folder. */
  async #learn(): Promise<void> {
    const client = connect(this.system);
    const { header, members } = await call(client, ClusterService.memberList, newMemberListRequest()).finally(() =>
      client.close(),
    );
    this.#known.push(...formsOfId(header?.clusterId ?? 0n, "<cluster>"), [this.system.root, "<root>"]);
    this.#learnPlaces(members);
    this.#values.set("EPS", this.system.endpoints);
    this.#values.set("DIR", this.system.root);
  }

  #learnPlaces(members: MemberListResponse["members"]): void {
    this.system.places.forEach(({ name, clientPort, peerPort, clientUrl, peerUrl }, i) => {
      this.#known.push([`127.0.0.1:${clientPort}`, `<client-${i + 1}>`], [`127.0.0.1:${peerPort}`, `<peer-${i + 1}>`]);
      this.#values.set(`EP${i + 1}`, `127.0.0.1:${clientPort}`);
      this.#values.set(`URL${i + 1}`, clientUrl);
      this.#values.set(`PEER${i + 1}`, peerUrl);
      const id = members.find((member) => member.peerURLs.includes(peerUrl))?.ID;
      if (id === undefined) return;
      this.#known.push(...formsOfId(id, `<${name}>`));
      this.#values.set(name.toUpperCase(), id.toString(16));
    });
  }

  async #revision(): Promise<number> {
    const { stdout } = await run(this.#reference.etcdctl, this.#args(["get", "x", "-w", "json"]), this.#options());
    return Number(/"revision":(\d+)/.exec(Buffer.from(stdout).toString("utf8"))?.[1]);
  }
}

function describeMessage(command: string, bytes: Uint8Array): string {
  const message = MESSAGES[command]?.decodeResponse(bytes);
  return JSON.stringify(message, (_, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
    return typeof value === "bigint" ? String(value) : value;
  });
}

function namesOfMetrics(body: string): string {
  const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  return types
    .filter((line) => !FOREIGN_METRIC.test(line) && !OTHER_METRICS.has(line.split(" ")[0] ?? ""))
    .sort()
    .join("\n");
}
