/** Configuration-change scripts: `simple`, `enter-joint` and `leave-joint` on one configuration a file, which a failed change leaves as it was. */
import {
  Changer,
  confChangesFromString,
  describeConfig,
  describeProgressMap,
  ProgressTracker,
  RaftError,
} from "@quorate/raft";
import { argValue, type Directive, scanBoolean } from "./datadriven.ts";

const MAX_INFLIGHT = 10;

/** A handler with the state of one file. */
export function createConfChangeHandler(): (d: Directive) => string {
  const tracker = new ProgressTracker({ maxInflight: MAX_INFLIGHT, maxInflightBytes: 0 });
  // Grows with every directive, failed ones included: it shows in where new peers are probed from.
  let lastIndex = 0;
  return (d) => {
    try {
      const changer = new Changer(tracker, lastIndex);
      const { config, progress } = change(changer, d);
      tracker.install(config, progress);
      return `${describeConfig(config)}\n${describeProgressMap(progress)}`;
    } catch (error) {
      if (error instanceof RaftError) return `${error.message}\n`;
      throw error;
    } finally {
      lastIndex++;
    }
  };
}

function change(changer: Changer, d: Directive): ReturnType<Changer["simple"]> {
  const changes = confChangesFromString(d.input);
  switch (d.command) {
    case "simple":
      return changer.simple(changes);
    case "enter-joint":
      return changer.enterJoint(scanBoolean(d, argValue(d, "autoleave") ?? "false"), changes);
    case "leave-joint":
      if (changes.length > 0) throw new RaftError("InvalidConfChange", "this command takes no input");
      return changer.leaveJoint();
    default:
      throw new RaftError("InvalidConfChange", "unknown command");
  }
}
