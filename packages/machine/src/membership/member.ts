/**
 * A member of the cluster and its JSON, byte for byte as Go writes it: rows of the backend, contexts of configuration changes and the
 * list that members give each other all hold it. Ids go up to 2^64 and never pass through a JavaScript number.
 */
import { decodeUtf8, encodeUtf8 } from "@quorate/proto";

export type Member = {
  readonly id: bigint;
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
  /** What the member published of itself; empty until it has started. */
  readonly name: string;
  readonly clientUrls: readonly string[];
};

/** A member as it is known before it has started. */
export function newMember(init: Partial<Member> & { readonly id: bigint }): Member {
  return {
    id: init.id,
    peerUrls: init.peerUrls ?? [],
    isLearner: init.isLearner ?? false,
    name: init.name ?? "",
    clientUrls: init.clientUrls ?? [],
  };
}

/** A member that has published its attributes. */
export function isStarted(member: Member): boolean {
  return member.name !== "";
}

/** What a configuration change says besides its type. */
export type ConfChangeContext = {
  readonly member: Member;
  /** The member is a learner that becomes a voter; nothing else of `member` but its id counts. */
  readonly isPromote: boolean;
};

/** @param isPromote undefined leaves the field out, as rows and bootstrap entries do. */
export function formatMember(member: Member, isPromote?: boolean): string {
  let text = `{"id":${member.id},"peerURLs":${formatUrls(isPromote === true ? undefined : member.peerUrls)}`;
  if (member.isLearner) text += ',"isLearner":true';
  if (member.name !== "") text += `,"name":${formatString(member.name)}`;
  if (member.clientUrls.length > 0) text += `,"clientURLs":${formatUrls(member.clientUrls)}`;
  if (isPromote !== undefined) text += `,"isPromote":${isPromote}`;
  return `${text}}`;
}

export function encodeMember(member: Member): Uint8Array {
  return encodeUtf8(formatMember(member));
}

export function encodeContext({ member, isPromote }: ConfChangeContext): Uint8Array {
  return encodeUtf8(formatMember(member, isPromote));
}

/** The member and whether it is promoted, or undefined where the bytes say no such thing. */
export function decodeContext(bytes: Uint8Array): ConfChangeContext | undefined {
  const text = decodeUtf8(bytes);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    // Ids become strings before any parser can round them. Inside a JSON string the closing quote of "id" would be escaped.
    json = JSON.parse(text.replace(/"id"(\s*:\s*)(\d+)/g, '"id"$1"$2"'));
  } catch {
    return undefined;
  }
  if (typeof json !== "object" || json === null) return undefined;
  const fields = json as Readonly<Record<string, unknown>>;
  const id = fields["id"] ?? "0";
  const peerUrls = urlsOf(fields["peerURLs"]);
  const clientUrls = urlsOf(fields["clientURLs"]);
  const name = fields["name"] ?? "";
  if (typeof id !== "string" || !/^\d{1,20}$/.test(id) || BigInt(id) > 0xffff_ffff_ffff_ffffn) return undefined;
  if (peerUrls === undefined || clientUrls === undefined || typeof name !== "string") return undefined;
  const member = { id: BigInt(id), peerUrls, isLearner: fields["isLearner"] === true, name, clientUrls };
  return { member, isPromote: fields["isPromote"] === true };
}

/** A list of strings; null and nothing are empty. Undefined for anything else. */
function urlsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every((url) => typeof url === "string") ? value : undefined;
}

function formatUrls(urls: readonly string[] | undefined): string {
  return urls === undefined ? "null" : `[${urls.map(formatString).join(",")}]`;
}

/** Go's encoder escapes what would be special in HTML and in old JavaScript. */
function formatString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
