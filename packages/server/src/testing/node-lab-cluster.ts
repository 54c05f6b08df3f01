/**
 * Members of one cluster under test, on ports of loopback, with their data in a folder that goes with the cluster. It starts and stops
 * them and waits for conditions; what they do is asked of them as a client asks.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "@quorate/base";
import { freePort, waitUntil } from "@quorate/testkit";
import { LabMember, type LabMode } from "./node-lab-member.ts";

export type LabClusterOptions = {
  readonly mode: LabMode;
  /** Members that the cluster begins with. */
  readonly size: number;
  /** Beyond name, directory and URLs, for every member. */
  readonly flags?: readonly string[];
};

/** How often a cluster is tried on other ports: somebody may take one between the look and its use. */
const MAX_TRIES = 3;
const WITHIN_MS = 60_000;

export class LabCluster {
  readonly root: string;
  readonly members: LabMember[] = [];
  readonly #options: LabClusterOptions;

  private constructor(options: LabClusterOptions) {
    this.root = mkdtempSync(join(tmpdir(), "quorate-server-"));
    this.#options = options;
  }

  /** A cluster whose members all know their leader. */
  static async start(options: LabClusterOptions): Promise<LabCluster> {
    for (let tries = 1; ; tries++) {
      const cluster = new LabCluster(options);
      try {
        for (let i = 0; i < options.size; i++) await cluster.place();
        await Promise.all(cluster.members.map((member) => cluster.boot(member)));
        await cluster.leader();
        return cluster;
      } catch (error) {
        await cluster.stop();
        if (tries === MAX_TRIES || !/EADDRINUSE/.test(messageOf(error))) throw error;
      }
    }
  }

  /** A place for one more member; it is not started. */
  async place(): Promise<LabMember> {
    const name = `m${this.members.length + 1}`;
    const ports = { clientPort: await freePort(), peerPort: await freePort() };
    const member = new LabMember({ name, ...ports, dataDir: join(this.root, name) }, this.#options.mode);
    this.members.push(member);
    return member;
  }

  /** Starts a founder, for the first time or again. */
  boot(member: LabMember, flags: readonly string[] = []): Promise<void> {
    const { size } = this.#options;
    const founders = this.members.slice(0, size);
    return member.start([clusterFlag(founders), ...(this.#options.flags ?? []), ...flags]);
  }

  /** Starts a member that was added to these, which run. */
  join(member: LabMember, others: readonly LabMember[], flags: readonly string[] = []): Promise<void> {
    const cluster = clusterFlag([...others, member]);
    return member.start([cluster, "--initial-cluster-state=existing", ...(this.#options.flags ?? []), ...flags]);
  }

  get running(): LabMember[] {
    return this.members.filter(({ isRunning }) => isRunning);
  }

  /** The leader, once all who run agree on it and it is one of them. */
  leader(): Promise<LabMember> {
    return this.wait("the members agree on a leader", async () => {
      const { running } = this;
      const found = await Promise.all(running.map((member) => member.status()));
      this.#failIfEnded();
      const lead = found[0]?.leader ?? 0n;
      if (lead === 0n || !found.every((status) => status?.leader === lead)) return undefined;
      return running[found.findIndex((status) => status?.header?.memberId === lead)];
    });
  }

  async followers(): Promise<LabMember[]> {
    const leader = await this.leader();
    return this.running.filter((member) => member !== leader);
  }

  /** Waits until all who run have applied the same. */
  settled(): Promise<number> {
    return this.wait("the members have applied the same", async () => {
      const found = await Promise.all(this.running.map((member) => member.status()));
      const applied = found[0]?.raftAppliedIndex;
      const isSame = found.every((s) => s?.raftAppliedIndex === applied && s?.raftIndex === applied);
      return isSame ? applied : undefined;
    });
  }

  /** Polls until `probe` has a value; a failure shows the end of every log. */
  async wait<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
    try {
      return await waitUntil(what, WITHIN_MS, probe);
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${this.members.map((member) => member.lastLines()).join("\n")}`);
    }
  }

  /** Ends whoever runs and removes the folder. */
  async stop(): Promise<void> {
    const ends = this.running.map((member) => (this.#options.mode === "spawned" ? member.kill() : member.stop()));
    await Promise.all(ends);
    rmSync(this.root, { recursive: true, force: true });
  }

  #failIfEnded(): void {
    for (const member of this.running) {
      const { running } = member;
      if (running.kind === "spawned" && running.child.exitCode !== null) {
        throw new Error(`${member.place.name} ended with code ${running.child.exitCode}\n${member.lastLines()}`);
      }
    }
  }
}

function clusterFlag(members: readonly LabMember[]): string {
  return `--initial-cluster=${members.map(({ place, peerUrl }) => `${place.name}=${peerUrl}`).join(",")}`;
}
