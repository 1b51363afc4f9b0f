import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** Everything that goes into `dist/wasabi.js`. */
const ROOTS = ['src/tracker/snippet.ts', 'node_modules/js-cookie/dist/js.cookie.mjs']

const isName = (node: ts.Node): node is ts.Identifier | ts.StringLiteral =>
  ts.isIdentifier(node) || ts.isStringLiteral(node)

/** The property that a name in the source refers to, where the type checker would return the variable of that name. */
const propertyOf = (checker: ts.TypeChecker, name: ts.Node) => {
  const { parent } = name
  if (
    ts.isBindingElement(parent) &&
    ts.isObjectBindingPattern(parent.parent) &&
    (parent.propertyName ?? parent.name) === name
  )
    return checker.getTypeAtLocation(parent.parent).getProperty(name.getText())
  if (ts.isObjectLiteralElement(parent) && parent.name === name)
    return checker
      .getContextualType(parent.parent as ts.ObjectLiteralExpression)
      ?.getNonNullableType()
      .getProperty(name.getText())
  return checker.getSymbolAtLocation(name)
}

/** The interface, or the object like `URL`, that declares a member. */
const ownerOf = ({ parent }: ts.Node) => {
  if (ts.isInterfaceDeclaration(parent)) return `${parent.name.text}.`
  return ts.isTypeLiteralNode(parent) && ts.isVariableDeclaration(parent.parent)
    ? `${parent.parent.name.getText()}.`
    : ''
}

/**
 * `Interface.member`, or a global's name, for declarations of the platform. Nothing for declarations of the source
 * itself.
 */
const namesOf = (symbol: ts.Symbol | undefined, isPlatform: (file: ts.SourceFile) => boolean) =>
  (symbol?.declarations ?? [])
    .filter((declaration) => isPlatform(declaration.getSourceFile()))
    .map((declaration) => ownerOf(declaration) + (symbol?.name ?? ''))

/** The parts of the platform that the sources use, by their names in the platform's own declarations. */
export const readApis = (): readonly string[] => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('src/tracker/tsconfig.json', (file) => readFileSync(file, 'utf8')).config,
    ts.sys,
    'src/tracker',
  )
  const program = ts.createProgram(ROOTS, { ...options, allowJs: true })
  const checker = program.getTypeChecker()
  const used = new Set<string>()
  const visit = (node: ts.Node) => {
    if (ts.isTypeNode(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return
    if (isName(node))
      for (const name of namesOf(propertyOf(checker, node), (file) => program.isSourceFileDefaultLibrary(file)))
        used.add(name)
    ts.forEachChild(node, visit)
  }
  for (const file of program.getSourceFiles()) if (!file.isDeclarationFile) visit(file)
  return [...used].sort()
}

/** Syntax that is younger than ES2016, by its name in the data. */
const SYNTAX: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.AsteriskAsteriskToken]: 'operators.exponentiation',
  [ts.SyntaxKind.AsyncKeyword]: 'statements.async_function',
  [ts.SyntaxKind.SpreadAssignment]: 'operators.spread.spread_in_object_literals',
  [ts.SyntaxKind.QuestionDotToken]: 'operators.optional_chaining',
  [ts.SyntaxKind.QuestionQuestionToken]: 'operators.nullish_coalescing',
  [ts.SyntaxKind.QuestionQuestionEqualsToken]: 'operators.nullish_coalescing_assignment',
  [ts.SyntaxKind.BarBarEqualsToken]: 'operators.logical_or_assignment',
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken]: 'operators.logical_and_assignment',
  [ts.SyntaxKind.BigIntLiteral]: 'builtins.BigInt',
}

const syntaxOf = (node: ts.Node) => {
  if (ts.isCatchClause(node))
    return node.variableDeclaration ? undefined : 'statements.try_catch.optional_catch_binding'
  if (ts.isBindingElement(node) && node.dotDotDotToken && ts.isObjectBindingPattern(node.parent))
    return 'operators.destructuring.rest_in_objects'
  if (!ts.isRegularExpressionLiteral(node)) return SYNTAX[node.kind]
  if (/\(\?<[=!]/.test(node.text)) return 'regular_expressions.lookbehind_assertion'
  if (node.text.includes('(?<')) return 'regular_expressions.named_capturing_group'
  return node.text.includes('\\p{') ? 'regular_expressions.unicode_character_class_escape' : undefined
}

/** The syntax of a built file that a browser has to support. */
export const readSyntax = (file: string): readonly string[] => {
  const used = new Set<string>()
  const visit = (node: ts.Node) => {
    used.add(syntaxOf(node) ?? '')
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.JS))
  used.delete('')
  return [...used].sort()
}
