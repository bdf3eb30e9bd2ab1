/* Prints how many jobs a second graphile-worker gets through at its best: jobs fetched 500 at a time, completed in
   batches, 24 at once in one process. */

import { Logger, makeWorkerUtils, run, runMigrations } from "graphile-worker";
import pg from "pg";

const jobs = 50_000;
const logger = new Logger(() => () => {});
const pgPool = new pg.Pool({ max: 12 });
await runMigrations({ pgPool, logger });
const utils = await makeWorkerUtils({ pgPool, logger });
for (let i = 0; i < jobs; i += 5000) {
  await utils.addJobs(Array.from({ length: 5000 }, () => ({ identifier: "job", payload: {} })));
}
await pgPool.query("vacuum analyze graphile_worker._private_jobs");
await pgPool.query("checkpoint");
let done = 0;
let all;
const finished = new Promise((resolve) => { all = resolve; });
const began = performance.now();
const runner = await run({
  pgPool, logger, noHandleSignals: true,
  taskList: { job: () => { if (++done === jobs) all(); } },
  preset: { worker: { concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0,
                      failJobBatchDelay: 0 } },
});
await finished;
await runner.stop();
console.log(Math.round(jobs / ((performance.now() - began) / 1000)));
process.exit();
