/**
 * What may differ between two correct servers, by name. Everything else in an output has to be equal, octet for octet. A rule replaces as
 * little as it can: ids, ports and folders by their exact values, numbers only behind the word that says what they are.
 */

/** An exact text of one system, and the name that stands for it in both. */
export type Known = readonly [text: string, name: string];

type Rule = { readonly why: string; readonly apply: (text: string) => string };

export type RuleName = "took" | "size" | "raft" | "table" | "hash" | "members" | "ttl" | "order" | "lines" | "session";

/** Rules that a step asks for by name. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  took: {
    why: "how long something took",
    apply: (text) =>
      text
        .replaceAll(/\btook( = |: |:|=| )[\d.]+(ns|\u00b5s|ms|s)\b/g, "took$1<duration>")
        .replaceAll(/("[Tt]ook"(?: :|:) ?"?)[\d.]+(ns|\u00b5s|ms|s)\b/g, "$1<duration>")
        .replaceAll(/(\u2502 +)[\d.]+(ns|\u00b5s|ms|s) +\u2502/g, "$1<duration> \u2502"),
  },
  size: {
    why: "how large the backend's file is",
    apply: (text) =>
      text
        .replaceAll(/\b[\d.]+ [kM]?B\b/g, "<size>")
        .replaceAll(/("(?:dbSize|dbSizeInUse|totalSize)":)\d+/g, "$1<size>")
        .replaceAll(/("(?:DBSize|DBSizeInUse|Size)" : )\d+/g, "$1<size>"),
  },
  raft: {
    why: "how many entries raft has written, and in which term",
    apply: (text) =>
      text
        .replaceAll(/("(?:raftIndex|raftTerm|raftAppliedIndex)":)\d+/g, "$1<raft>")
        .replaceAll(/("(?:RaftIndex|RaftTerm|RaftAppliedIndex)" : )\d+/g, "$1<raft>")
        .replaceAll(/(, (?:true|false), (?:true|false)), \d+, \d+, \d+, /g, "$1, <raft>, <raft>, <raft>, ")
        .replaceAll(
          /(\u2502 +(?:true|false) +\u2502 +(?:true|false) +\u2502) +\d+ +\u2502 +\d+ +\u2502 +\d+ +\u2502/g,
          "$1 <raft> \u2502 <raft> \u2502 <raft> \u2502",
        ),
  },
  table: {
    why: "columns are as wide as the ids in them",
    apply: (text) => text.replaceAll(/\u2500{2,}/g, "\u2500").replaceAll(/ {2,}/g, " "),
  },
  hash: {
    why: "a hash over leases and members whose ids differ",
    apply: (text) =>
      text
        .replaceAll(/("hash":)\d+/g, "$1<hash>")
        .replaceAll(/("Hash" : )\d+/g, "$1<hash>")
        .replaceAll(/^(\S+, )\d+$/gm, "$1<hash>")
        .replaceAll(/^[0-9a-f]{1,8}(, \d+, \d+, )/gm, "<hash>$1")
        .replaceAll(/(\u2502 +)[0-9a-f]{1,8}( +\u2502 +\d+ +\u2502 +\d+ +\u2502)/g, "$1<hash>$2"),
  },
  members: {
    why: "members are listed in the order of their ids, which follow from their ports",
    apply: (text) =>
      text
        .replaceAll(
          /(ETCD_INITIAL_CLUSTER=")([^"]*)/g,
          (_, before: string, members: string) => before + sorted(members, ","),
        )
        .split("\n")
        .sort()
        .join("\n"),
  },
  lines: {
    why: "two processes write to one output",
    apply: (text) => text.split("\n").sort().join("\n"),
  },
  session: {
    why: "the lease of a lock's or election's session, which the server draws",
    apply: (text) => text.replaceAll(/\b(held|race)\/[0-9a-f]{8,16}\b/g, "$1/<session>"),
  },
  ttl: {
    why: "a lease has lived a moment longer",
    apply: (text) =>
      text
        .replaceAll(/(remaining\()\d+s/g, "$1<ttl>s")
        .replaceAll(/("ttl":)\d+/g, "$1<ttl>")
        .replaceAll(/("TTL" : )\d+/g, "$1<ttl>"),
  },
  order: {
    why: "the order of a lease's keys, which etcd leaves open",
    apply: (text) =>
      text
        .replaceAll(/(attached keys\(\[)([^\]]*)/g, (_, before: string, keys: string) => before + sorted(keys, " "))
        .replaceAll(/("keys":\[)([^\]]*)/g, (_, before: string, keys: string) => before + sorted(keys, ",")),
  },
};

/** Rules that always apply, beside the known texts. */
const ALWAYS: readonly Rule[] = [
  {
    why: "a term says how many elections there were",
    apply: (text) => text.replaceAll(/("raft_term":|"raftTerm":|"RaftTerm" : )\d+/g, "$1<term>"),
  },
  {
    why: "time, addresses and the client's own port in log lines of the client",
    apply: (text) =>
      text
        .replaceAll(/"ts":"[^"]*"/g, '"ts":"<time>"')
        .replaceAll(/"etcd-endpoints:\/\/0x[0-9a-f]+\//g, '"etcd-endpoints://<address>/')
        .replaceAll(/LocalAddr: '[\d.]+:\d+'/g, "LocalAddr: '<port>'")
        .replaceAll(/^\d{4}[/-]\d\d[/-]\d\d[T ][\d:.]+\S*/gm, "<time>"),
  },
];

export function isRuleName(name: string): name is RuleName {
  return name in RULES;
}

/** The output with everything replaced that may differ. */
export function normalise(text: string, known: readonly Known[], rules: readonly RuleName[]): string {
  let result = text;
  // The longest first: a port may be part of an id.
  for (const [value, name] of known.toSorted(([a], [b]) => b.length - a.length))
    result = result.replaceAll(value, name);
  for (const { apply } of ALWAYS) result = apply(result);
  for (const rule of rules) result = RULES[rule].apply(result);
  return result;
}

/** The forms in which tools print an id: hexadecimal, padded with zeros or (in sentences) with spaces, decimal with and without sign. */
export function formsOfId(id: bigint, name: string): Known[] {
  const plain = id.toString(16);
  const forms = new Set([plain.padStart(16, "0"), plain, id.toString(), BigInt.asIntN(64, id).toString()]);
  const inSentences = ["Member", "cluster"].map((word): Known => [`${word} ${plain.padStart(16)}`, `${word} ${name}`]);
  return [...inSentences, ...Array.from(forms, (form): Known => [form, name])];
}

function sorted(text: string, separator: string): string {
  return text.split(separator).sort().join(separator);
}
