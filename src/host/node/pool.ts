/** Worker threads that share a list of jobs. Results come in any order; what they are depends on the job alone. */
import { Worker } from 'node:worker_threads';

/** Jobs that wait in a worker, so that it never waits for the main thread. */
const QUEUED = 2;

/**
 * Runs every job on one of several workers of one script. The script posts one message for every message it gets.
 *
 * @param dataOf - what the worker of this number, from 0, gets as its `workerData`
 * @param onResult - called for every result, one at a time
 * @throws what a worker throws; the others are then stopped
 */
export async function runPool<Job, Result>(
  script: URL,
  dataOf: (worker: number) => unknown,
  workers: number,
  jobs: Iterable<Job>,
  onResult: (result: Result) => Promise<void>,
): Promise<void> {
  const queue = jobs[Symbol.iterator]();
  let results: Promise<void> = Promise.resolve();
  const pool = Array.from(
    { length: workers },
    (_, worker) => new Worker(script, { workerData: dataOf(worker) }),
  );
  try {
    await Promise.all(
      pool.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            let waiting = 0;
            const feed = (): void => {
              const { value, done } = queue.next();
              if (!done) {
                waiting++;
                worker.postMessage(value);
              } else if (waiting === 0) resolve();
            };
            worker.on('error', reject);
            worker.on('message', (result: Result) => {
              waiting--;
              results = results.then(() => onResult(result));
              results.then(feed, reject);
            });
            for (let job = 0; job < QUEUED; job++) feed();
          }),
      ),
    );
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()));
  }
}
