/** Does something now, and says later what it came to: returns its value, or throws what it threw. */
export function outcomeOf<T>(action: () => T): () => T {
  try {
    const value = action()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}
