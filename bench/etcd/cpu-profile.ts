/** Reads Node's .cpuprofile files and says where the time went: functions by their own time. */

/** What of the format is used: a tree of call frames, and which node was on top at each sample. */
type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
};

export type SelfTime = { readonly place: string; readonly ms: number; readonly share: number };

/** V8's names for what is no function of the program's. */
const IDLE = "(idle)";

/**
 * Functions by self time, most first. Idle time is left out, and of the whole: shares are of the time in which the thread did something.
 * @throws SyntaxError for what is no profile.
 */
export function selfTimes(text: string): SelfTime[] {
  const profile = JSON.parse(text) as CpuProfile;
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const micros = new Map<string, number>();
  let busy = 0;
  for (let i = 0; i < profile.samples.length; i++) {
    const place = places.get(profile.samples[i] as number) ?? "(unknown)";
    if (place === IDLE) continue;
    // The delta before a sample is the time since the last one; what was on top then is not known any better.
    const delta = profile.timeDeltas[i] ?? 0;
    busy += delta;
    micros.set(place, (micros.get(place) ?? 0) + delta);
  }
  return [...micros]
    .map(([place, time]) => ({ place, ms: time / 1_000, share: time / busy }))
    .sort((a, b) => b.ms - a.ms);
}

/** "name package/file.js:line", or V8's own name. */
function placeOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const file = url
    .replace(/^file:\/\//, "")
    .replace(/^.*\/(?:packages|node_modules)\//, "")
    .replace("/dist/", "/");
  return `${name} ${file}:${lineNumber + 1}`;
}
