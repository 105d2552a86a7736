/**
 * The library's errors advise in the words of its API. At a shell the same is done by a command, and an account that is
 * not found was probably mistyped: no command creates one.
 */
const IN_SHELL: readonly (readonly [api: string, shell: string])[] = [
  ['Create it with createAccount first.', 'Check the id: bursar journal shows every account, where it was created.'],
  ['deadLetters.list shows', 'bursar dead-letters list shows'],
  ['deadLetters.retry executes', 'bursar dead-letters retry executes'],
  ['Expected since to be what checkpoint() returned', 'Expected --since to name what bursar checkpoint printed'],
  ['Expected at to be an integer', 'Expected --at to be an entry'],
  [' Pass the whole record, parsed from its JSON.', ' Keep its one line as it is.'],
  ['run verify()', 'run bursar verify']
]

export function inShellWords(message: string): string {
  return IN_SHELL.reduce((text, [api, shell]) => text.replace(api, shell), message)
}
