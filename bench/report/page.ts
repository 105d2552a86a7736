const BEGIN = '<!-- results: written by npm run bench, do not edit below -->'
const END = '<!-- end of results -->'

/** Puts the results between the two markers of a page and leaves everything else as it is. */
export function replaceResults(page: string, results: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END, begin)
  if (begin === -1 || end === -1) {
    throw new Error(`Expected the results page to contain "${BEGIN}" and, after it, "${END}"; got a page without them.`)
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${results.trim()}\n\n${page.slice(end)}`
}
