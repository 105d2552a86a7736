/** What a scrape in the text format of Prometheus brought: the names of the series, and the labels that each has. */
export function parseScrape(page: string): ReadonlyMap<string, ReadonlySet<string>> {
  const series = new Map<string, Set<string>>()
  for (const [, name, labels = ''] of page.matchAll(/^([a-zA-Z_]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const known = series.get(name!) ?? new Set()
    for (const [, label] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label!)
    series.set(name!, known)
  }
  return series
}

/** What a query in PromQL asks for: series by name, and labels that it selects or groups by. */
export function parseQuery(query: string): { readonly series: readonly string[]; readonly labels: readonly string[] } {
  const texts = query.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\[[^\]]*\]/g, '')
  const groupings = [...texts.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].map(([, list]) => list!)
  const selectors = [...texts.matchAll(/\{([^}]*)\}/g)].map(([, list]) => list!)
  const rest = texts.replace(/\b(?:by|without) \([^)]*\)/g, ' ').replace(/\{[^}]*\}/g, '')
  return {
    series: [...rest.matchAll(/[a-zA-Z_]\w*(?!\w*\s*\()/g)].map(([name]) => name),
    labels: [...groupings, ...selectors].flatMap(list => [...list.matchAll(/[a-zA-Z_]\w*/g)].map(([label]) => label))
  }
}
