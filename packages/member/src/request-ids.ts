/**
 * Ids of requests, unique in the cluster without asking anyone: two bytes of the member's id, then five bytes of its start time and
 * a counter that runs on into them (etcd's idutil). A member that starts again a millisecond later draws from another range.
 *
 *     | low 16 bits of the member id | low 40 bits of the start in ms | 8 bits of counter |
 *                                     \_________ counted up as one number of 48 bits ____/
 */
const SUFFIX_BITS = 48n;
const SUFFIX_LIMIT = 2 ** 48;
const TIME_LIMIT = 2 ** 40;
const COUNTER_LIMIT = 256;
const MEMBER_MASK = 0xffffn;

export class RequestIds {
  readonly #prefix: bigint;
  #suffix: number;

  /** @param startedAtMs milliseconds since 1970 at the start of the process. */
  constructor(memberId: bigint, startedAtMs: number) {
    this.#prefix = (memberId & MEMBER_MASK) << SUFFIX_BITS;
    this.#suffix = (Math.floor(startedAtMs) % TIME_LIMIT) * COUNTER_LIMIT;
  }

  next(): bigint {
    this.#suffix = (this.#suffix + 1) % SUFFIX_LIMIT;
    return this.#prefix | BigInt(this.#suffix);
  }
}
