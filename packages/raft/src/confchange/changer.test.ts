import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvariantViolation } from "@quorate/base";
import { type ConfChangeSingle, ConfChangeType, newConfChangeSingle } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { confChangesFromString } from "../conf-change.ts";
import { describeProgressMap } from "../describe.ts";
import { RaftError } from "../errors.ts";
import { JointConfig } from "../quorum/joint.ts";
import { MajorityConfig } from "../quorum/majority.ts";
import { describeConfig, emptyConfig, ProgressTracker, type TrackerConfig } from "../tracker/tracker.ts";
import { type Change, Changer } from "./changer.ts";

const LAST = 10;

/** A tracker and the calls on it; each installs what it leads to. */
function start(voters = ""): {
  readonly tracker: ProgressTracker;
  readonly change: (f: (c: Changer) => Change) => string;
} {
  const tracker = new ProgressTracker({ maxInflight: 10, maxInflightBytes: 0 });
  const change = (f: (c: Changer) => Change): string => {
    const { config, progress } = f(new Changer(tracker, LAST));
    tracker.install(config, progress);
    return describeConfig(config);
  };
  for (const each of confChangesFromString(voters)) change((c) => c.simple([each]));
  return { tracker, change };
}

function refuses(call: () => unknown, message: string): void {
  assert.throws(
    call,
    (error) => error instanceof RaftError && error.code === "InvalidConfChange" && error.message === message,
    message,
  );
}

const parse = confChangesFromString;

const types = [
  ConfChangeType.ConfChangeAddNode,
  ConfChangeType.ConfChangeRemoveNode,
  ConfChangeType.ConfChangeAddLearnerNode,
  ConfChangeType.ConfChangeUpdateNode,
] as const;
const single = fc
  .record({ type: fc.constantFrom(...types), nodeId: fc.bigInt(1n, 9n) })
  .map((init) => newConfChangeSingle(init));

describe("raft/confchange/changer", () => {
  it("probes a new peer from the end of the log, and counts it as active", () => {
    const { tracker, change } = start("v1");
    change((c) => c.simple(parse("l2")));
    assert.equal(
      describeProgressMap(tracker.progress),
      "1: StateProbe match=0 next=10\n2: StateProbe match=0 next=10 learner\n",
    );
  });

  it("probes from index 1 where the log is empty", () => {
    const tracker = new ProgressTracker({ maxInflight: 1, maxInflightBytes: 0 });
    assert.equal(
      describeProgressMap(new Changer(tracker, 0).simple(parse("v1")).progress),
      "1: StateProbe match=0 next=1\n",
    );
  });

  it("promotes a learner and demotes a voter with their progress kept", () => {
    const { tracker, change } = start("v1 v2 l3");
    for (const peer of tracker.peers) peer.maybeUpdate(Number(peer.id) + 20);
    assert.equal(
      change((c) => c.simple(parse("v3"))),
      "voters=(1 2 3)",
    );
    assert.equal(
      change((c) => c.simple(parse("l2"))),
      "voters=(1 3) learners=(2)",
    );
    assert.equal(
      describeProgressMap(tracker.progress),
      "1: StateProbe match=21 next=22\n2: StateProbe match=22 next=23 learner\n3: StateProbe match=23 next=24\n",
    );
  });

  it("keeps a demoted voter of the outgoing half a voter until the joint configuration is left", () => {
    const { tracker, change } = start("v1 v2");
    assert.equal(
      change((c) => c.enterJoint(false, parse("l2"))),
      "voters=(1)&&(1 2) learners_next=(2)",
    );
    assert.equal(tracker.progress.get(2n)?.isLearner, false);
    assert.equal(
      change((c) => c.leaveJoint()),
      "voters=(1) learners=(2)",
    );
    assert.equal(tracker.progress.get(2n)?.isLearner, true);
  });

  it("keeps the progress of a removed voter until the joint configuration is left", () => {
    const { tracker, change } = start("v1 v2");
    change((c) => c.enterJoint(true, parse("r2 v3")));
    assert.deepEqual([...tracker.progress.keys()].sort(), [1n, 2n, 3n]);
    assert.equal(describeConfig(tracker.config), "voters=(1 3)&&(1 2) autoleave");
    change((c) => c.leaveJoint());
    assert.deepEqual([...tracker.progress.keys()].sort(), [1n, 3n]);
  });

  it("does nothing for id 0, for an update, and for the removal of a stranger", () => {
    const { change } = start("v1");
    assert.equal(
      change((c) => c.simple(parse("v0 u5 r9"))),
      "voters=(1)",
    );
  });

  it("refuses a simple change of more than one voter, and of none left before that", () => {
    const { change } = start("v1 v2 v3 l4");
    refuses(() => change((c) => c.simple(parse("v5 v6"))), "more than one voter changed without entering joint config");
    refuses(() => change((c) => c.simple(parse("r1 v4"))), "more than one voter changed without entering joint config");
    refuses(() => change((c) => c.simple(parse("r1 r2 r3"))), "removed all voters");
    assert.equal(
      change((c) => c.simple(parse("r1 l5 l6 v1"))),
      "voters=(1 2 3) learners=(4 5 6)",
    );
  });

  it("refuses to enter a joint configuration from a joint one and from nothing", () => {
    const { change } = start("v1");
    change((c) => c.enterJoint(false, parse("v2")));
    refuses(() => change((c) => c.enterJoint(false, parse("v3"))), "config is already joint");
    refuses(() => change((c) => c.simple(parse("v3"))), "can't apply simple config change in joint config");
    refuses(() => start().change((c) => c.enterJoint(false, parse("v1"))), "can't make a zero-voter config joint");
  });

  it("refuses to leave a configuration that is not joint, and to enter one without voters", () => {
    refuses(() => start("v1").change((c) => c.leaveJoint()), "can't leave a non-joint config");
    refuses(() => start("v1").change((c) => c.enterJoint(false, parse("r1"))), "removed all voters");
  });

  it("refuses a change of unknown kind", () => {
    const unknown = newConfChangeSingle({ type: 7 as ConfChangeType, nodeId: 1n });
    refuses(() => start("v1").change((c) => c.simple([unknown])), "unexpected conf type 7");
  });

  it("leaves everything as it was when it refuses", () => {
    const { tracker, change } = start("v1 v2 l3");
    const before = `${describeConfig(tracker.config)} ${describeProgressMap(tracker.progress)}`;
    assert.throws(() => change((c) => c.simple(parse("v3 r1 r2"))), RaftError);
    assert.throws(() => change((c) => c.enterJoint(true, parse("l1 l2 r3"))), RaftError);
    assert.equal(`${describeConfig(tracker.config)} ${describeProgressMap(tracker.progress)}`, before);
  });

  it("comes by one change at a time to where one joint step comes", () => {
    withSeed("raft/dist/confchange", ({ seed }) => {
      const runs = fc.record({
        before: fc.array(single, { maxLength: 8 }),
        changes: fc.array(single, { maxLength: 8 }),
      });
      fc.assert(
        fc.property(runs, ({ before, changes }) => {
          const simple = start("v1");
          const joint = start("v1");
          const applied: ConfChangeSingle[] = [];
          for (const each of before) {
            for (const { change } of [simple, joint]) tryChange(() => change((c) => c.simple([each])));
          }
          // Removing the last voter is refused on the way; the joint step does without those changes.
          for (const each of changes) if (tryChange(() => simple.change((c) => c.simple([each])))) applied.push(each);
          joint.change((c) => c.enterJoint(false, applied));
          joint.change((c) => c.leaveJoint());
          assert.equal(describeConfig(joint.tracker.config), describeConfig(simple.tracker.config));
          assert.equal(describeProgressMap(joint.tracker.progress), describeProgressMap(simple.tracker.progress));
        }),
        { seed, numRuns: 1000 },
      );
    });
  });

  describe("starts only from a configuration in which", () => {
    const voters = (incoming: readonly bigint[], outgoing: readonly bigint[] = []): JointConfig =>
      new JointConfig(new MajorityConfig(incoming), new MajorityConfig(outgoing));
    const broken: readonly (readonly [string, Partial<TrackerConfig>])[] = [
      ["no progress for 5", { voters: voters([1n, 5n]) }],
      ["2 is in LearnersNext, but not Voters[1]", { voters: voters([1n], [1n]), learnersNext: new Set([2n]) }],
      [
        "3 is in LearnersNext, but is already marked as learner",
        { voters: voters([1n], [3n]), learnersNext: new Set([3n]) },
      ],
      ["3 is in Learners and Voters[0]", { voters: voters([1n, 3n]), learners: new Set([3n]) }],
      ["3 is in Learners and Voters[1]", { voters: voters([1n], [3n]), learners: new Set([3n]) }],
      ["2 is in Learners, but is not marked as learner", { voters: voters([1n]), learners: new Set([2n]) }],
      ["AutoLeave must be false when not joint", { voters: voters([1n]), autoLeave: true }],
    ];
    for (const [problem, part] of broken) {
      it(`not: ${problem}`, () => {
        const { tracker } = start("v1 v2 l3");
        tracker.install({ ...emptyConfig, ...part }, tracker.progress);
        assert.throws(
          () => new Changer(tracker, LAST).simple([]),
          (error) => error instanceof InvariantViolation && error.message === problem,
        );
      });
    }
  });
});

/** False if the change was refused. */
function tryChange(change: () => unknown): boolean {
  try {
    change();
    return true;
  } catch (error) {
    assert.ok(error instanceof RaftError);
    return false;
  }
}
