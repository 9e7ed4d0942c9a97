// Graphile Worker at work for the bench:  main.mjs setup|publish|drain|live URL [EVENTS]
import { readFileSync } from 'node:fs';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';

const [verb, connectionString, events] = process.argv.slice(2);
const chunk = 5000;

// By default it writes two lines per job.
const logger = new Logger(() => (level, message) => {
  if (level === 'error' || level === 'warning') console.error(message);
});

const upsert = `
  INSERT INTO bench_state AS s (key, state, events, last_seq) VALUES ($1, $2, 1, $3)
      ON CONFLICT (key) DO UPDATE
     SET state = EXCLUDED.state, events = s.events + 1, last_seq = EXCLUDED.last_seq`;

const taskList = {
  drain: ({ number, state }, { job, query }) => query(upsert, [number, state, job.id]),
  live: ({ due }, { query }) =>
    query('INSERT INTO bench_effect (due, pid) VALUES ($1, $2)', [due, process.pid]),
};

async function publish() {
  const jobs = readFileSync(process.env.PEER_JOBS_SQL, 'utf8');
  const db = new pg.Client({ connectionString });
  await db.connect();
  for (let first = 1; first <= events; first += chunk) {
    await db.query(
      `SELECT count(*) FROM graphile_worker.add_jobs(array(
         SELECT ('bench', payload, NULL, NULL, NULL, NULL, NULL, NULL)::graphile_worker.job_spec
           FROM (${jobs}) job))`,
      [first, Math.min(first + chunk - 1, events)],
    );
  }
  await db.query('VACUUM ANALYZE');
  await db.end();
}

async function setup() {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  await utils.release();
}

async function work(settings) {
  const runner = await run({
    connectionString,
    noHandleSignals: true,
    taskList: { bench: taskList[verb] },
    preset: { worker: { logger, ...settings } },
  });
  process.on('SIGTERM', () => runner.stop());
  await runner.promise;
}

const verbs = {
  setup,
  publish,
  drain: () => work({
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  }),
  live: () => work({
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 25 },
    completeJobBatchDelay: 0,
  }),
};
await verbs[verb]();
