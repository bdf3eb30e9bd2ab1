/* What leasecheck found in plainjob 0.0.14, by its public functions and the real clock alone. */

import Database from "better-sqlite3";
import { better, defineQueue, JobStatus } from "plainjob";

const logger = { debug() {}, error() {} };
const queue = defineQueue({ connection: better(new Database(":memory:")), logger });
const wait = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));

// 1. The time-out counts from when a job became due, not from when a worker took it.
const timeout = 1000;
queue.add("job", {});
await wait(1200); // a backlog that is longer than the time-out
const first = queue.getAndMarkJobAsProcessing("job");
queue.requeueTimedOutJobs(timeout); // the maintenance, just after the claim
const second = queue.getAndMarkJobAsProcessing("job");
console.log(`claimed twice within its time-out: ${first.id === second?.id}`);

// 2. An end has no condition: it is taken from anybody, in any state.
queue.markJobAsDone(first.id);
queue.markJobAsFailed(first.id, "the slower of the two");
console.log(`done, and then failed: ${queue.getJobById(first.id).status === JobStatus.Failed}`);
queue.close();
