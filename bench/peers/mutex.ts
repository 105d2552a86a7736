/** Runs tasks one after another, in the order in which they asked. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve()

  run<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(task)
    this.#tail = result.then(ignore, ignore)
    return result
  }
}

function ignore(): void {}
