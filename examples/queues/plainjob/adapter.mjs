/* plainjob on SQLite, under leasecheck. It translates; what plainjob does not do, it does not do. */

import Database from "better-sqlite3";
import { better, defineQueue } from "plainjob";
import { Refused, serve } from "../subject.mjs";

const timeout = 30_000;
const statuses = ["queued", "leased", "completed", "failed"];

let queue, jobs, attempts, holders;
let leases = 0;

/** The job that was enqueued as an attempt. */
function jobOf(attempt_id) {
  if (!jobs.has(attempt_id)) throw new Refused("not_found", attempt_id);
  return queue.getJobById(jobs.get(attempt_id));
}

await serve({
  name: "plainjob",
  version: "0.0.14",
  dispatch_order: "enqueue_fifo",
  priorities: "none",
  known_id: "refused",
  ack: { holder: "anyone", repeat: "refused" },
  absent: ["attempt.run_id", "attempt.attempt_no", "attempt.priority", "attempt.ready_at", "attempt.retry_at",
           "attempt.started_at", "attempt.delivery_count", "attempt.version", "attempt.finished_at",
           "lease.version", "lease.heartbeat_at", "lease.execution_deadline", "dispatch.run_id",
           "dispatch.attempt_no", "dispatch.retry_at", "spec.priority", "spec.timeout", "spec.on_timeout",
           "spec.retry_policy", "spec.max_deliveries", "spec.tenant_id"],
}, {
  reset() {
    queue?.close();
    queue = defineQueue({ connection: better(new Database(":memory:")), logger: { debug() {}, error() {} } });
    [jobs, attempts, holders] = [new Map(), new Map(), new Map()];
  },

  enqueue_attempt({ attempt_id, not_before }, now) {
    // plainjob numbers its jobs; the attempts' ids are kept here.
    if (jobs.has(attempt_id)) throw new Refused("already_exists", attempt_id);
    const { id } = queue.add("job", {}, { delay: Math.max(0, (not_before ?? now) - now) });
    jobs.set(attempt_id, id);
    attempts.set(id, attempt_id);
  },

  claim_attempts({ worker_id, limit }, now) {
    const claims = [];
    while (claims.length < limit) {
      const job = queue.getAndMarkJobAsProcessing("job");
      if (!job) break;
      const attempt_id = attempts.get(job.id);
      claims.push({ attempt: { attempt_id, status: "queued" },
                    lease: { lease_id: `${++leases}`, attempt_id, worker_id, lease_expires_at: now + timeout } });
    }
    return { claims };
  },

  ack_attempt({ attempt_id, outcome }) {
    const { id } = jobOf(attempt_id);
    if (outcome === "completed") queue.markJobAsDone(id);
    else if (outcome === "failed") queue.markJobAsFailed(id, "failed");
    else throw new Refused("invalid_argument", "plainjob cancels nothing");
    return { status: outcome, attempt_no: 1 };
  },

  expire_leases_and_requeue({ stale_before }, now) {
    let count = 0;
    const before = queue.countJobs({ status: 1 });
    queue.requeueTimedOutJobs(now - stale_before + timeout);
    return { count: before - queue.countJobs({ status: 1 }) };
  },

  get_attempt({ attempt_id }) {
    return { attempt_id, status: statuses[jobOf(attempt_id).status] };
  },
});
