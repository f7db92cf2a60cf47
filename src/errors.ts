/**
 * An error whose message is meant for the person at the other end: it says what is wrong with the input and,
 * where possible, what to do about it. The CLI prints the message alone, on one line, and exits with 1.
 */
export class UserError extends Error {
  /** Tells it from errors of the program itself. */
  override readonly name = 'UserError';
}
