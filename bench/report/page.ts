/** The rest of the marker says which command writes the results. */
const BEGIN = '<!-- results: '
const BEGIN_END = ' -->'
const END = '<!-- end of results -->'

/** Puts the results between the two markers of a page and leaves everything else as it is. */
export function replaceResults(page: string, results: string): string {
  const begin = page.indexOf(BEGIN)
  const from = page.indexOf(BEGIN_END, begin) + BEGIN_END.length
  const end = page.indexOf(END, begin)
  if (begin === -1 || end < from) {
    throw new Error(
      `Expected the results page to contain "${BEGIN}…" and, after it, "${END}"; got a page without them.`
    )
  }
  return `${page.slice(0, from)}\n\n${results.trim()}\n\n${page.slice(end)}`
}
