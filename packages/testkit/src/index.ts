/** Public surface of testkit: what tests share. Never imported by anything but tests and development tools. */
export { type SampleBucket, sampleBuckets, samplePairs, sizesOf, textBytes } from "./bbolt-samples.ts";
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
export { type DiskOperation, MemoryDisk, PowerLoss } from "./memory-disk.ts";
export { type Certificate, type CertificateAuthority, createCertificateAuthority } from "./node-certificates.ts";
export { type CorpusResult, corpusFolder, replayCorpus } from "./node-corpus.ts";
export { fixturesFolder, readFixture, skipWithoutFixtures } from "./node-fixtures.ts";
export { freePort, type Reply, request, waitUntil } from "./node-http-probe.ts";
export { etcdBinary, LiveEtcd, skipWithoutEtcd } from "./node-live-etcd.ts";
export {
  LAB_CLUSTER_ID,
  LAB_LIMITS,
  type MemberOptions,
  openStream,
  PeerMember,
  peerHeaders,
  type RawAnswer,
  type RawStream,
  RecordingRaft,
  requestOnce,
  startMembers,
} from "./node-peer-lab.ts";
export {
  type ClusterOptions,
  type Exit,
  MEMBER_MAIN,
  type MemberStatus,
  ProcessCluster,
  type Spawned,
  spawnNode,
} from "./node-process-cluster.ts";
export { collectWarnings, until } from "./node-wait.ts";
export { WriteLoad } from "./node-write-load.ts";
export { drawOptions, RaftCluster, runSchedule, type ScheduleOptions, type ScheduleReport } from "./raft-cluster.ts";
export { RaftNetwork } from "./raft-network.ts";
export { describeMessages, type PeerOptions, RaftPeer, raftConfig } from "./raft-peer.ts";
export { RawMember, type RawMemberInit, storageWith } from "./raw-member.ts";
export { drawSeed, rerun, type Seed, withSeed } from "./seed.ts";
export { entryIds, sampleEntries, sampleEntry, sampleSnapshot, sampleState } from "./storage-samples.ts";
export { TurnHost, type TurnHostInit } from "./turn-host.ts";
