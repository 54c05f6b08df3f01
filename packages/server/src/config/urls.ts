/** URLs of members as etcd takes them: a scheme, a host with a port, nothing else. The text that came in is the text that goes out. */
import { type Parsed, quote } from "./go-values.ts";

export type MemberUrl = {
  /** As etcd prints it, and as member lists and cluster ids hold it. */
  readonly text: string;
  readonly secure: boolean;
  /** Without brackets. "" where the URL names none. */
  readonly host: string;
  readonly port: number;
};

/** A comma separated list, sorted by text as etcd sorts every set of URLs. The problem is etcd's sentence. */
export function parseUrls(list: string): Parsed<readonly MemberUrl[]> {
  const urls: MemberUrl[] = [];
  for (const part of list.split(",")) {
    const url = parseUrl(part.trim());
    if ("problem" in url) return url;
    urls.push(url.value);
  }
  return { value: urls.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)) };
}

function parseUrl(text: string): Parsed<MemberUrl> {
  const [, scheme = "", rest = ""] = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
  const lower = scheme.toLowerCase();
  if (lower === "unix" || lower === "unixs") return { problem: `unix sockets are not served by this release: ${text}` };
  if (lower !== "http" && lower !== "https") {
    return { problem: `URL scheme must be http, https, unix, or unixs: ${text}` };
  }
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(authority) ?? [];
  if (portText === undefined) return { problem: `URL address does not have the form "host:port": ${text}` };
  if (!/^\d*$/.test(portText)) {
    return { problem: `parse ${quote(text)}: invalid port ${quote(`:${portText}`)} after host` };
  }
  if (rest.slice(authority.length).startsWith("/")) return { problem: `URL must not contain a path: ${text}` };
  const host = bracketed ?? plain ?? "";
  if (rest !== authority || /[@\s%]/.test(host)) return { problem: `not a URL of scheme, host and port: ${text}` };
  const port = Number(portText);
  if (portText === "" || port > 65_535) return { problem: `the port must be a number up to 65535: ${text}` };
  if (host !== "" && !isHost(host, bracketed !== undefined)) return { problem: `not a host: ${text}` };
  return { value: { text: `${lower}://${authority}`, secure: lower === "https", host, port } };
}

function isHost(host: string, bracketed: boolean): boolean {
  return bracketed ? isIpv6(host) : /^[a-zA-Z0-9._-]+$/.test(host);
}

/** True for an IPv4 or IPv6 address, as Go's net.ParseIP has it. */
export function isIp(host: string): boolean {
  return isIpv4(host) || isIpv6(host);
}

function isIpv4(host: string): boolean {
  const parts = host.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

function isIpv6(host: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(host) && host.includes(":") && URL.canParse(`http://[${host}]/`);
}

/** Texts of a list, as flags and member lists hold them. */
export function textsOf(urls: readonly MemberUrl[]): string[] {
  return urls.map(({ text }) => text);
}

/**
 * `--initial-cluster`: name=url,name=url; a name may come several times. URLs of a name are sorted. An empty text is an empty map:
 * a member that has started before needs none.
 */
export function parseInitialCluster(text: string): Parsed<ReadonlyMap<string, readonly MemberUrl[]>> {
  const listed = new Map<string, string[]>();
  for (const pair of text.split(",")) {
    if (pair === "") continue;
    const [, name = pair, url = ""] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    listed.set(name, [...(listed.get(name) ?? []), url]);
  }
  const cluster = new Map<string, readonly MemberUrl[]>();
  for (const [name, urls] of listed) {
    const parsed = parseUrls(urls.join(","));
    if ("problem" in parsed) return parsed;
    cluster.set(name, parsed.value);
  }
  return { value: cluster };
}
