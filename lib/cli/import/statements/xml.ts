import { ImportFileError } from '../settings.js'

/** What a statement's reader learns of its elements. Names are without prefix, as the file writes them. */
export interface ElementHandler {
  opened(name: string, attributes: Readonly<Record<string, string>>, line: number): void
  /** The text of an element, once it is complete. In SGML that is before the element is closed, which nothing does. */
  value(name: string, text: string): void
  closed(name: string): void
}

export interface StatementParser {
  write(text: string): void
  end(): void
}

/** An XML parser of its own package, which is installed by those who have such files. */
export async function statementParser(isStrict: boolean, handler: ElementHandler): Promise<StatementParser> {
  const { parser: createParser } = (await installed()).default
  const parser = createParser(isStrict, { trim: true, position: true, lowercase: false })
  let current = { name: '', text: '' }
  const complete = () => {
    if (current.text !== '') handler.value(current.name, current.text)
    current = { name: '', text: '' }
  }
  parser.onopentag = ({ name, attributes }) => {
    complete()
    current = { name: localName(name), text: '' }
    handler.opened(current.name, attributes as Record<string, string>, parser.line + 1)
  }
  parser.ontext = parser.oncdata = text => {
    if (current.name !== '') current.text += text
  }
  parser.onclosetag = name => {
    complete()
    handler.closed(localName(name))
  }
  parser.onerror = error => {
    throw new ImportFileError(`The statement is not well-formed: ${error.message.replace(/\s*\n\s*/g, ', ')}.`)
  }
  return {
    write: text => void parser.write(text),
    end: () => void parser.close()
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

async function installed() {
  try {
    return await import('sax')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new ImportFileError(
      'CAMT.053 and OFX are read with the package sax, which is not installed. Run: npm install sax'
    )
  }
}
