/** A progress line on stderr: rewritten in place on a terminal, one line every ten seconds elsewhere. */
export class ProgressLine {
  readonly #terminal = process.stderr.isTTY === true;
  #stage = '';
  #started = 0;
  #startedAt = 0;
  #shown = 0;

  /** Shows how far a stage is and how long it still takes, from the pace since the stage began here. */
  update(stage: string, done: number, total: number): void {
    const now = performance.now();
    if (stage !== this.#stage) {
      this.end();
      this.#stage = stage;
      this.#started = now;
      this.#startedAt = done - 1;
      this.#shown = now;
    }
    const finished = done === total;
    if (!finished && now - this.#shown < (this.#terminal ? 100 : 10_000)) return;
    this.#shown = now;
    const left = ((now - this.#started) / (done - this.#startedAt)) * (total - done);
    const text = `${stage}: ${done}/${total}${finished ? '' : `, ${duration(left)} left`}`;
    process.stderr.write(this.#terminal ? `\r\x1b[K${text}` : `${text}\n`);
    if (finished) this.end();
  }

  /** Ends the line on a terminal. */
  end(): void {
    if (this.#terminal && this.#stage !== '') process.stderr.write('\n');
    this.#stage = '';
  }
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
