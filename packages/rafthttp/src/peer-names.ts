/**
 * Whether a peer may come from where it comes from: a certificate that names addresses or hosts is good from these alone, so that a stolen
 * one is of no use elsewhere. One that names neither is good from anywhere. The rules are etcd's (its `checkCertSAN`).
 */

/** What a certificate's SubjectAltName says, as far as it counts here. */
export type CertificateNames = { readonly addresses: readonly string[]; readonly hosts: readonly string[] };

/** The resolver of the system. A failed lookup rejects. */
export type NameLookup = {
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  /** The names of an address, for wildcards. */
  readonly hostsOf: (address: string) => Promise<readonly string[]>;
};

/** Reads Node's text of the extension: `DNS:a.example, IP Address:10.0.0.1`, with texts in quotes where they are unusual. */
export function parseSubjectAltName(text: string | undefined): CertificateNames {
  const addresses: string[] = [];
  const hosts: string[] = [];
  for (const [, kind, quoted, plain = ""] of (text ?? "").matchAll(
    /(?:^|, )([^:,"]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))/g,
  )) {
    const value = quoted === undefined ? plain : unquote(quoted);
    if (kind === "DNS") hosts.push(value);
    else if (kind === "IP Address") addresses.push(value);
  }
  return { addresses, hosts };
}

/** Why a peer may not come from `remoteAddress`; undefined where it may. */
export async function refusePeerAddress(
  { addresses, hosts }: CertificateNames,
  remoteAddress: string,
  lookup: NameLookup,
): Promise<string | undefined> {
  if (addresses.length === 0 && hosts.length === 0) return undefined;
  const remote = canonicalAddress(remoteAddress);
  if (addresses.some((address) => canonicalAddress(address) === remote)) return undefined;
  for (const host of hosts) if (!host.startsWith("*.") && (await resolvesTo(host, remote, lookup))) return undefined;
  const wildcards = hosts.filter((host) => host.startsWith("*."));
  if (wildcards.length > 0 && (await isCalled(remote, wildcards, lookup))) return undefined;
  return `tls: "${remote}" does not match any of the addresses [${addresses.join(", ")}] and names [${hosts.join(", ")}] of its certificate`;
}

/** One spelling for each address: IPv4 without its IPv6 clothing, IPv6 as URLs have it. */
export function canonicalAddress(text: string): string {
  const bare = text.replace(/%.*$/, "");
  if (!bare.includes(":")) return bare;
  let short: string;
  try {
    short = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  } catch {
    return bare;
  }
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

async function resolvesTo(host: string, remote: string, lookup: NameLookup): Promise<boolean> {
  try {
    return (await lookup.addressesOf(host)).some((address) => canonicalAddress(address) === remote);
  } catch {
    return false;
  }
}

/** A wildcard stands for any name that ends like it. */
async function isCalled(remote: string, wildcards: readonly string[], lookup: NameLookup): Promise<boolean> {
  let names: readonly string[];
  try {
    names = await lookup.hostsOf(remote);
  } catch {
    return false;
  }
  const endings = wildcards.map((wildcard) => wildcard.slice(1).toLowerCase());
  return names.some((name) => endings.some((ending) => name.replace(/\.$/, "").toLowerCase().endsWith(ending)));
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}
