/** Changes of names that are durable when they have settled, made through the thread pool: freeing a large file takes its time. */
import { open, rename } from "node:fs/promises";

/** Renames a file that is whole and closed, over what has the name. After a crash it is one or the other. */
export async function renameDurably(from: string, to: string, dir: string): Promise<void> {
  await syncPath(from);
  await rename(from, to);
  await syncPath(dir);
}

/** Makes a file, or the names in a directory, durable. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
