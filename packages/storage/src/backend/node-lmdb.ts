/**
 * The part of the `lmdb` package that is used here, with types of our own: its declarations do not compile as an ES module and leave
 * out what we need. Only synchronous calls: its asynchronous writes have threads, queues and rejections of their own.
 */
import { createRequire } from "node:module";

/** A read transaction that is kept. */
export type Transaction = {
  /** Gives it up. */
  readonly done: () => void;
};

export type LmdbTable = {
  readonly get: (key: Uint8Array, options?: { readonly transaction: Transaction }) => Uint8Array | undefined;
  readonly getRange: (options: RangeOptions) => Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
  readonly getKeys: (options: RangeOptions) => Iterable<Uint8Array>;
  /** Inside of `transactionSync`. False where a condition did not hold. */
  readonly putSync: (key: Uint8Array, value: Uint8Array, options?: { readonly append: boolean }) => boolean;
  readonly removeSync: (key: Uint8Array) => boolean;
  readonly getStats: () => LmdbStats;
};

type RangeOptions = {
  readonly start?: Uint8Array;
  /** Present but undefined: no end. */
  readonly end?: Uint8Array | undefined;
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly transaction?: Transaction;
};

export type LmdbRoot = LmdbTable & {
  /** Undefined where there is no such table and it is not to be made. */
  readonly openDB: (options: TableOptions) => LmdbTable | undefined;
  /** One transaction around `action`, on the disk when it returns; throws where any part fails. */
  readonly transactionSync: (action: () => void) => void;
  readonly useReadTransaction: () => Transaction;
  readonly resetReadTxn: () => void;
  readonly readerCheck: () => number;
  readonly close: () => Promise<void>;
};

export type TableOptions = {
  readonly name: string;
  readonly create: boolean;
  readonly keyEncoder: {
    readonly writeKey: (key: Uint8Array, target: Uint8Array, at: number) => number;
    readonly readKey: (memory: Uint8Array, start: number, end: number) => Uint8Array;
  };
  readonly encoder: {
    readonly encode: (value: Uint8Array) => Uint8Array;
    readonly decode: (stored: Uint8Array) => Uint8Array;
  };
};

export type PageCounts = {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
};

export type LmdbStats = PageCounts & {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly root: PageCounts;
  readonly free: PageCounts;
};

export type LmdbOptions = {
  readonly path: string;
  readonly noSubdir: boolean;
  readonly readOnly: boolean;
  readonly mapSize: number;
  readonly maxDbs: number;
  readonly maxReaders: number;
  readonly permissionsMode: number;
  readonly overlappingSync: boolean;
  readonly safeRestore: boolean;
  readonly noSync: boolean;
  readonly noMetaSync: boolean;
  readonly mapAsync: boolean;
  readonly useWritemap: boolean;
  readonly noMemInit: boolean;
  readonly noReadAhead: boolean;
  readonly remapChunks: boolean;
  readonly cache: boolean;
  readonly compression: boolean;
  readonly encoding: "binary";
  readonly keyEncoding: "binary";
};

type LmdbModule = { readonly open: (options: LmdbOptions) => LmdbRoot };

const require = createRequire(import.meta.url);
const lmdb: LmdbModule = require("lmdb");

export const openLmdb: (options: LmdbOptions) => LmdbRoot = lmdb.open;
