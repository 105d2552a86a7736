import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { REPOSITORY } from '../packaging/installed-package.js'

/** A fenced block of a page. */
export interface Snippet {
  /** Where it stands, as `docs/page.md:12`. */
  readonly place: string
  readonly language: string
  readonly body: string
  /** What it must print: the body of a `text` block that follows with nothing in between. */
  readonly output: string | undefined
}

export interface Page {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** Every Markdown page of the project. */
export function pages(): readonly Page[] {
  const listed = readdirSync(REPOSITORY, { recursive: true, withFileTypes: true })
  return listed
    .filter(entry => entry.isFile() && entry.name.endsWith('.md'))
    .map(entry => relative(REPOSITORY, join(entry.parentPath, entry.name)))
    .filter(path => !/(^|\/)(node_modules|dist|\.[^/]+)\//.test(path))
    .sort()
    .map(path => ({ path, text: readFileSync(join(REPOSITORY, path), 'utf8') }))
}

export function snippetsOf(page: Page): readonly Snippet[] {
  const snippets: Snippet[] = []
  const fence = /^```(\S*)[^\n]*\n(.*?)^```$/gms
  let end = -1
  for (const match of page.text.matchAll(fence)) {
    const [block, language = '', body = ''] = match
    const previous = snippets.at(-1)
    if (language === 'text' && previous && end !== -1 && page.text.slice(end, match.index).trim() === '') {
      snippets[snippets.length - 1] = { ...previous, output: body }
    }
    const line = page.text.slice(0, match.index).split('\n').length
    snippets.push({ place: `${page.path}:${line}`, language, body, output: undefined })
    end = match.index + block.length
  }
  return snippets
}

/** The page without its fenced blocks and inline code, where a bracket is not a link. */
export function proseOf(page: Page): string {
  return page.text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '')
}
