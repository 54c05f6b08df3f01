/**
 * Expected failures as typed errors. Callers compare `code`, never message text and never `instanceof` across packages.
 */

/** An error whose `code` is a literal that callers can switch on; further fields of `T` are its metadata. */
export class CodedError<T extends { readonly code: string }> extends Error {
  override readonly name: string = "CodedError";
  readonly code: T["code"];
  readonly detail: T;

  constructor(message: string, detail: T, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = detail.code;
    this.detail = detail;
  }
}

/** True when `error` carries exactly this `code` (works across copies of this package). */
export function hasCode<C extends string>(error: unknown, code: C): error is Error & { readonly code: C } {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
