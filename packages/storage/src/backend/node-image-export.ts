/**
 * The bbolt image and the hash of any backend's snapshot, in slices on the thread of the caller. LmdbBackend.exportImage does
 * the same on a thread of its own, which costs this one a fifteenth.
 */
import { assert, type BackendSnapshot } from "@quorate/base";
import type { ImagePlan } from "../bbolt/plan.ts";
import { encodeImage } from "../bbolt/writer.ts";
import { contentOf, type HashIgnores, hashContent, ignorePrivateMeta, planContent } from "./image-content.ts";
import type { ImageExport } from "./image-protocol.ts";
import { CONF_STATE_KEY } from "./meta-rows.ts";
import { inSlices, Slices } from "./node-slices.ts";

/** The image of a snapshot, which belongs to it from now on: it is closed with the image, and when this throws. */
export async function exportImage(snapshot: BackendSnapshot): Promise<ImageExport> {
  try {
    const confState = snapshot.get("meta", CONF_STATE_KEY)?.slice();
    const plan = await inSlices(planContent(snapshot));
    assert(plan !== undefined, "nobody stops the plan of an image");
    const close = (): Promise<void> => Promise.resolve(snapshot.close());
    const { byteLength } = plan;
    return { applied: snapshot.applied, confState, byteLength, chunks: chunksOf(plan, snapshot), close };
  } catch (error) {
    snapshot.close();
    throw error;
  }
}

/** etcd's Maintenance.Hash of a snapshot, which stays the caller's. */
export async function hashBackend(
  snapshot: BackendSnapshot,
  ignores: HashIgnores = ignorePrivateMeta,
): Promise<number> {
  const hash = await inSlices(hashContent(snapshot, ignores));
  assert(hash !== undefined, "nobody stops a hash");
  return hash;
}

async function* chunksOf(plan: ImagePlan, snapshot: BackendSnapshot): AsyncGenerator<Uint8Array, void, void> {
  const slices = new Slices();
  try {
    for (const chunk of encodeImage(plan, contentOf(snapshot))) {
      yield chunk;
      if (slices.isOver) await slices.pause();
    }
  } finally {
    snapshot.close();
  }
}
