/** `npm start [-- DIR]` and `npm run example [-- DIR]`: three members on this machine. */
import { RECIPES } from "./cluster/recipes.ts";
import { runCluster } from "./cluster/supervisor.ts";

const [name = "quorate", dataDir = name === "quorate" ? "data" : `data-${name}`] = process.argv.slice(2);
const recipe = RECIPES[name];
if (recipe === undefined) {
  process.stderr.write(`start: there is no cluster called ${name}\n`);
  process.exit(1);
}

runCluster(recipe, dataDir).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
