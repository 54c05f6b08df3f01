/** etcd's feature gates: A=true,B=false. A gate whose feature is not built can be named, but not turned on. */
import { type Parsed, parseGoBool } from "./go-values.ts";

export const GATE_NAMES = [
  "StopGRPCServiceOnDefrag",
  "InitialCorruptCheck",
  "CompactHashCheck",
  "TxnModeWriteWithSharedBuffer",
  "LeaseCheckpoint",
  "LeaseCheckpointPersist",
  "SetMemberLocalAddr",
  "FastLeaseKeepAlive",
  "PriorityRequest",
] as const;

export type GateName = (typeof GATE_NAMES)[number];

export type FeatureGates = Readonly<Record<GateName, boolean>>;

/** On unless told otherwise, and moved by AllBeta; the others are off and moved by AllAlpha. */
const BETA: ReadonlySet<string> = new Set(["TxnModeWriteWithSharedBuffer", "FastLeaseKeepAlive"]);

/** What this release cannot do. */
const NOT_BUILT: readonly GateName[] = ["InitialCorruptCheck", "CompactHashCheck", "SetMemberLocalAddr"];

/** Switches of etcd 3.5 that have become gates. */
export const OLD_GATE_FLAGS: ReadonlyMap<string, GateName> = new Map([
  ["experimental-initial-corrupt-check", "InitialCorruptCheck"],
  ["experimental-compact-hash-check-enabled", "CompactHashCheck"],
  ["experimental-enable-lease-checkpoint", "LeaseCheckpoint"],
  ["experimental-enable-lease-checkpoint-persist", "LeaseCheckpointPersist"],
  ["experimental-txn-mode-write-with-shared-buffer", "TxnModeWriteWithSharedBuffer"],
  ["experimental-stop-grpc-service-on-defrag", "StopGRPCServiceOnDefrag"],
]);

/** What was asked for, by name; the meta gates included. */
export type GateSettings = ReadonlyMap<string, boolean>;

/** The pairs of a text, or what is wrong with it. */
export function parseFeatureGates(text: string): Parsed<GateSettings> {
  const asked = new Map<string, boolean>();
  for (const part of text.split(",")) {
    const pair = part.trim();
    if (pair === "") continue;
    const at = pair.indexOf("=");
    if (at < 0) return { problem: `missing bool value for ${pair}` };
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    const parsed = parseGoBool(value);
    if ("problem" in parsed) {
      const reason = `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
      return { problem: `invalid value of ${name}=${value}, err: ${reason}` };
    }
    if (name !== "AllAlpha" && name !== "AllBeta" && !GATE_NAMES.some((known) => known === name)) {
      return { problem: `unrecognized feature gate: ${name}` };
    }
    asked.set(name, parsed.value);
  }
  return { value: asked };
}

/** Every gate's state, or the sentence that says why it cannot be. */
export function resolveFeatureGates(asked: GateSettings): Parsed<FeatureGates> {
  const isOn = (name: GateName): boolean => {
    const beta = BETA.has(name);
    return asked.get(name) ?? asked.get(beta ? "AllBeta" : "AllAlpha") ?? beta;
  };
  const gates: FeatureGates = {
    StopGRPCServiceOnDefrag: isOn("StopGRPCServiceOnDefrag"),
    InitialCorruptCheck: isOn("InitialCorruptCheck"),
    CompactHashCheck: isOn("CompactHashCheck"),
    TxnModeWriteWithSharedBuffer: isOn("TxnModeWriteWithSharedBuffer"),
    LeaseCheckpoint: isOn("LeaseCheckpoint"),
    LeaseCheckpointPersist: isOn("LeaseCheckpointPersist"),
    SetMemberLocalAddr: isOn("SetMemberLocalAddr"),
    FastLeaseKeepAlive: isOn("FastLeaseKeepAlive"),
    PriorityRequest: isOn("PriorityRequest"),
  };
  if (gates.LeaseCheckpointPersist && !gates.LeaseCheckpoint) {
    return {
      problem: "enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint",
    };
  }
  const missing = NOT_BUILT.find((name) => gates[name]);
  if (missing !== undefined) {
    return { problem: `feature gate ${missing} cannot be enabled: the feature is not part of this release` };
  }
  return { value: gates };
}

/** All gates as a metric names them. */
export function featureMetrics(
  gates: FeatureGates,
): { readonly name: string; readonly stage: string; readonly isEnabled: boolean }[] {
  return GATE_NAMES.map((name) => ({ name, stage: BETA.has(name) ? "BETA" : "ALPHA", isEnabled: gates[name] }));
}
