import ts from 'typescript'

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true
}

/** Compiles programs beside their sources, as a strict project would; answers with what the compiler complains about. */
export function compile(sources: readonly string[]): readonly string[] {
  const program = ts.createProgram([...sources], OPTIONS)
  const complaints = ts.getPreEmitDiagnostics(program)
  program.emit()
  return complaints.map(complaint => {
    const text = ts.flattenDiagnosticMessageText(complaint.messageText, ' ')
    if (complaint.file === undefined) return text
    const { line } = complaint.file.getLineAndCharacterOfPosition(complaint.start ?? 0)
    return `${complaint.file.fileName}:${line + 1}: ${text}`
  })
}
