/** Public surface of testkit: what tests share. Never imported by anything but tests and development tools. */
export {
  type Arg,
  argValue,
  DataDrivenError,
  type Difference,
  type Directive,
  idArgs,
  parseDataDriven,
  parseDirectiveLine,
  rewriteDataDriven,
  runDataDriven,
  scanBoolean,
  scanId,
  scanNumber,
} from "./datadriven.ts";
export { Interaction, InteractionError } from "./interaction.ts";
export { handleInteraction } from "./interaction-commands.ts";
export { type CorpusResult, corpusFolder, replayCorpus } from "./node-corpus.ts";
export { drawOptions, RaftCluster, runSchedule, type ScheduleOptions, type ScheduleReport } from "./raft-cluster.ts";
export { RawMember, type RawMemberInit, storageWith } from "./raw-member.ts";
export { drawSeed, rerun, type Seed, withSeed } from "./seed.ts";
export { TurnHost, type TurnHostInit } from "./turn-host.ts";
