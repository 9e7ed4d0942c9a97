// pg-boss at work for the bench:  main.mjs setup|publish|drain|live URL [EVENTS]
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';

const [verb, connectionString, events] = process.argv.slice(2);
const queue = 'bench';
const chunk = 5000;
const serves = ['drain', 'live'];

// What no bench needs stays off: schedules, the upkeep of old jobs, statistics.
const boss = new PgBoss({
  connectionString,
  max: 10,
  schedule: false,
  supervise: false,
  useListenNotify: verb === 'live',
});
boss.on('error', (error) => console.error(error));

const upsert = `
  INSERT INTO bench_state AS s (key, state, events, last_seq)
  SELECT key, max(state), count(*), 0 FROM unnest($1::text[], $2::text[]) AS job (key, state)
   GROUP BY key ORDER BY key
      ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state, events = s.events + EXCLUDED.events`;

const insertEffects = `
  INSERT INTO bench_effect (due, pid) SELECT due::timestamptz, $2 FROM unnest($1::text[]) AS due`;

let stopping = false;

// One loop of four: a batch, its effects and its completion in one transaction of ours.
async function drainLoop() {
  while (!stopping) {
    const jobs = await boss.fetch(queue, { batchSize: 500 });
    if (jobs.length === 0) {
      await setTimeout(100);
      continue;
    }
    const tx = await boss.getDb().beginTransaction();
    await tx.db.executeSql(upsert, [
      jobs.map((job) => job.data.number),
      jobs.map((job) => job.data.state),
    ]);
    await boss.complete(queue, jobs.map((job) => job.id), null, tx);
    await tx.commit();
  }
}

const verbs = {
  async setup() {
    await boss.createQueue(queue, { policy: 'standard', notify: true });
  },

  async publish() {
    const db = boss.getDb();
    const jobs = readFileSync(process.env.PEER_JOBS_SQL, 'utf8');
    for (let first = 1; first <= events; first += chunk) {
      const { rows } = await db.executeSql(jobs, [first, Math.min(first + chunk - 1, events)]);
      await boss.insert(queue, rows.map((row) => ({ data: JSON.parse(row.payload) })));
    }
    await db.executeSql('VACUUM ANALYZE');
  },

  // Fetching by ourselves is quicker than boss.work, which waits between batches that are not full.
  drain: () => Promise.all(Array.from({ length: 4 }, drainLoop)),

  live: () => boss.work(
    queue,
    {
      transactional: true,
      batchSize: 100,
      burstWhenBatchFull: true,
    },
    (jobs, tx) => tx.executeSql(insertEffects, [jobs.map((job) => job.data.due), process.pid]),
  ),
};

process.on('SIGTERM', () => { stopping = true; });
await boss.start();
await verbs[verb]();
while (serves.includes(verb) && !stopping) await setTimeout(100);
await boss.stop({ timeout: 5000 });
