/** The static table of RFC 7541 appendix A: the 61 fields that both ends know from the start, numbered from 1. */
import { HeaderField } from "./header-field.ts";

const FIELDS =
  ":authority | :method=GET | :method=POST | :path=/ | :path=/index.html | :scheme=http | :scheme=https | " +
  ":status=200 | :status=204 | :status=206 | :status=304 | :status=400 | :status=404 | :status=500 | " +
  "accept-charset | accept-encoding=gzip, deflate | accept-language | accept-ranges | accept | " +
  "access-control-allow-origin | age | allow | authorization | cache-control | content-disposition | " +
  "content-encoding | content-language | content-length | content-location | content-range | content-type | " +
  "cookie | date | etag | expect | expires | from | host | if-match | if-modified-since | if-none-match | " +
  "if-range | if-unmodified-since | last-modified | link | location | max-forwards | proxy-authenticate | " +
  "proxy-authorization | range | referer | refresh | retry-after | server | set-cookie | " +
  "strict-transport-security | transfer-encoding | user-agent | vary | via | www-authenticate";

/** Index 0 is not used (RFC 7541 section 6.1) and holds nothing. */
export const STATIC_TABLE: readonly (HeaderField | undefined)[] = [undefined, ...FIELDS.split(" | ").map(fieldOf)];

/** Entries of the static table; the dynamic table starts one above. */
export const STATIC_COUNT = 61;

function fieldOf(text: string): HeaderField {
  const equals = text.indexOf("=");
  return equals < 0 ? new HeaderField(text, "") : new HeaderField(text.slice(0, equals), text.slice(equals + 1));
}
