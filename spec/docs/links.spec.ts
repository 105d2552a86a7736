import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect } from 'chai'
import { REPOSITORY } from '../packaging/installed-package.js'
import { pages, proseOf, snippetsOf } from './markdown.js'

const ALL = pages()

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

function anchorsOf(text: string): readonly string[] {
  return [...text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!))
}

function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
}

describe('links in the documentation', () => {
  for (const page of ALL) {
    it(`${page.path} links to what exists`, () => {
      const broken = linksOf(proseOf(page)).filter(link => {
        if (/^https:\/\//.test(link)) return false
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? join(REPOSITORY, page.path) : join(REPOSITORY, dirname(page.path), path)
        if (!existsSync(target)) return true
        return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
      })
      expect(broken).to.deep.equal([])
    })
  }

  it('reach every page under docs', () => {
    const linked = new Set(
      ALL.flatMap(page =>
        linksOf(proseOf(page)).map(link =>
          relative(REPOSITORY, join(REPOSITORY, dirname(page.path), link.split('#')[0]!))
        )
      )
    )
    const lost = ALL.map(({ path }) => path).filter(path => path.startsWith('docs/') && !linked.has(path))
    expect(lost).to.deep.equal([])
  })
})

describe('commands in the documentation', () => {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }

  for (const page of ALL) {
    it(`${page.path} names npm scripts that exist`, () => {
      const shell = snippetsOf(page).filter(({ language }) => language === 'sh')
      const named = shell.flatMap(({ body }) => [...body.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)])
      const missing = named.map(([, script, short]) => script ?? short!).filter(name => !(name in scripts))
      expect(missing).to.deep.equal([])
    })
  }
})
