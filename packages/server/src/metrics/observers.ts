/** What storage and the transport tell of times, written where metrics have them. */
import type { PeerObserver } from "@quorate/rafthttp";
import type { BackendObserver, LogObserver } from "@quorate/storage";
import type { Metrics } from "./metrics.ts";

export function logObserver({ disk }: Metrics): LogObserver {
  return {
    written: (seconds) => disk.walWriteSeconds.observe(seconds),
    synced: (seconds) => disk.walFsyncSeconds.observe(seconds),
    snapshotSaved: (seconds) => disk.snapSaveSeconds.observe(seconds),
  };
}

export function backendObserver({ disk }: Metrics): BackendObserver {
  return { committed: (seconds) => disk.backendCommitSeconds.observe(seconds) };
}

export function peerObserver({ network }: Metrics): PeerObserver {
  return {
    roundTrip: (peer, seconds) => network.peer(peer).roundTripSeconds.observe(seconds),
    snapshotStarted: (peer, direction) => {
      const figures = network.peer(peer);
      if (direction === "send") figures.snapshotSendsInflight++;
      else figures.snapshotReceivesInflight++;
    },
    snapshotEnded: (peer, direction, isWhole, seconds) => {
      const figures = network.peer(peer);
      if (direction === "send") {
        figures.snapshotSendsInflight--;
        if (isWhole) figures.snapshotSendSuccesses++;
        else figures.snapshotSendFailures++;
        if (isWhole) figures.snapshotSendSeconds.observe(seconds);
      } else {
        figures.snapshotReceivesInflight--;
        if (isWhole) figures.snapshotReceiveSuccesses++;
        else figures.snapshotReceiveFailures++;
        if (isWhole) figures.snapshotReceiveSeconds.observe(seconds);
      }
    },
  };
}
