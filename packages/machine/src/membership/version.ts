/** The cluster version: the newest minor version that every member speaks. It never holds a patch number other than 0. */

export type Version = { readonly major: number; readonly minor: number; readonly patch: number };

/** What a cluster speaks whose members have not agreed yet. */
export const MIN_CLUSTER_VERSION = "3.0.0";

/** The version that "3.5.30" says, or undefined. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+].*)?$/.exec(text);
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

export function formatVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}

/** Order of major and minor versions: negative, zero or positive. */
export function compareMinor(a: Version, b: Version): number {
  return a.major === b.major ? a.minor - b.minor : a.major - b.major;
}

/** True where a member of this version may run in a cluster of that one: never in a newer one. */
export function mayServe(server: Version, cluster: Version): boolean {
  return compareMinor(cluster, server) <= 0;
}

export type VersionDecision = {
  /** Undefined while none is set. */
  readonly current: string | undefined;
  /** What each member says it is; undefined for one that did not answer. */
  readonly serverVersions: readonly (string | undefined)[];
  /** The target of a downgrade under way. */
  readonly downgradeTo: string | undefined;
};

/**
 * The version that the leader should propose now, or undefined where nothing changes or somebody did not answer. It only rises,
 * but for a downgrade under way: then it goes to that target.
 */
export function decideClusterVersion({ current, serverVersions, downgradeTo }: VersionDecision): string | undefined {
  let lowest: Version | undefined;
  for (const text of serverVersions) {
    const version = text === undefined ? undefined : parseVersion(text);
    if (version === undefined) return current === undefined ? MIN_CLUSTER_VERSION : undefined;
    if (lowest === undefined || compareMinor(version, lowest) < 0) lowest = version;
  }
  if (lowest === undefined) return undefined;
  const wanted = { major: lowest.major, minor: lowest.minor, patch: 0 };
  const now = current === undefined ? undefined : parseVersion(current);
  if (now === undefined) return formatVersion(wanted);
  if (downgradeTo !== undefined) {
    const target = parseVersion(downgradeTo);
    return target !== undefined && compareMinor(target, now) < 0 ? formatVersion({ ...target, patch: 0 }) : undefined;
  }
  return compareMinor(wanted, now) > 0 ? formatVersion(wanted) : undefined;
}
