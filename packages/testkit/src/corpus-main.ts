/** `npm run -s corpus`: replays the transcripts and prints a line a file; exit code 1 on any difference. */
import { corpusFolder, replayCorpus } from "./node-corpus.ts";

const folder = corpusFolder();
if (folder === undefined) {
  process.stdout.write("skipped: no transcripts here (set RAFT_CORPUS to a folder of them)\n");
} else {
  const results = replayCorpus(folder);
  for (const { name, directives, failure } of results) {
    process.stdout.write(
      failure === undefined ? `ok    ${name} (${directives} directives)\n` : `FAIL  ${name}\n${failure}\n`,
    );
  }
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  const directives = results.reduce((sum, result) => sum + result.directives, 0);
  process.stdout.write(`${results.length - failed} of ${results.length} files passed, ${directives} directives\n`);
  process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
}
