/* Prints how many jobs a second pg-boss gets through at its best: 5,000 fetched and completed at a time. */

import { PgBoss } from "pg-boss";

const jobs = 50_000;
const batchSize = 5000;
const boss = new PgBoss({ host: process.env.PGHOST, user: process.env.PGUSER, database: process.env.PGDATABASE,
                          supervise: false, schedule: false });
boss.on("error", (error) => console.error(error));
await boss.start();
await boss.createQueue("queue");
for (let i = 0; i < jobs; i += batchSize) {
  await boss.insert("queue", Array.from({ length: batchSize }, () => ({ data: {} })));
}
const began = performance.now();
for (let done = 0; done < jobs;) {
  const fetched = await boss.fetch("queue", { batchSize });
  await boss.complete("queue", fetched.map((job) => job.id));
  done += fetched.length;
}
console.log(Math.round(jobs / ((performance.now() - began) / 1000)));
await boss.stop();
process.exit();
