/** What a test file opened, closed again in reverse order even when opening stopped half way. */

type Close = () => Promise<void> | void;

export class Closing {
  readonly #acts: Close[] = [];

  /** Remembers how to close `opened`; answers it. */
  add<T>(opened: T, close: (opened: T) => Promise<void> | void): T {
    this.#acts.push(() => close(opened));
    return opened;
  }

  /** Closes everything, newest first; the first failure is thrown once all have been tried. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const act of this.#acts.splice(0).reverse()) {
      try {
        await act();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
