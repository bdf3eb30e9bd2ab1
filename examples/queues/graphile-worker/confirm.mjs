/* What leasecheck found in graphile-worker 0.18.0, by its public functions alone. */

import { makeWorkerUtils, runMigrations, runOnce } from "graphile-worker";
import pg from "pg";
import { startPostgres } from "../postgres.mjs";

const logger = { error() {}, warn() {}, info() {}, debug() {}, scope: () => logger };
const { server, pool } = await startPostgres(pg, import.meta.url, (pgPool) => runMigrations({ pgPool, logger }));
const utils = await makeWorkerUtils({ pgPool: pool, logger });
let runs = 0;
async function work() {
  await runOnce({ pgPool: pool, logger, taskList: { job: () => { runs += 1; throw new Error("fails"); } } });
}

// An operator sets the attempts of a job that has failed for good back to 0, and nothing happens.
const job = await utils.addJob("job", {}, { maxAttempts: 1 });
await work();
const [changed] = await utils.rescheduleJobs([job.id], { attempts: 0, runAt: new Date(0) });
await work();
console.log(`attempts after being set to 0: ${changed.attempts}; runs: ${runs}`);
await utils.release();
server.stop();
process.exit();
