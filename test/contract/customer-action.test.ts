import ts from 'typescript'
import { expect, test } from 'vitest'
import { ACTION_TYPES } from '../../src/contract/customer-action'
import schema from '../../src/contract/customer-action.schema.json'

const file = 'src/contract/customer-action.ts'
// The contract needs no page and no server: without their types, the program takes a seventh of the time.
const only = { types: [], lib: ['lib.es2021.d.ts'] }
const program = ts.createProgram([file], { strict: true, exactOptionalPropertyTypes: true, ...only })
const checker = program.getTypeChecker()

/** An object type as the schema would state it: its fields, and its required fields. */
type Shape = { readonly fields: readonly string[]; readonly required: readonly string[] }

const shapeOfType = (type: ts.Type): Shape => {
  const fields = type.getProperties()
  const isRequired = (field: ts.Symbol) => !(field.flags & ts.SymbolFlags.Optional)
  return {
    fields: fields.map(({ name }) => name).sort(),
    required: fields
      .filter(isRequired)
      .map(({ name }) => name)
      .sort(),
  }
}

const shapeOfSchema = (part: { readonly properties: object; readonly required?: readonly string[] }): Shape => ({
  fields: Object.keys(part.properties).sort(),
  required: [...(part.required ?? [])].sort(),
})

/** The type of a field, reached from the exported `CustomerAction` by the names of fields. */
const typeAt = (...path: readonly string[]) => {
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  const exported = module && checker.getExportsOfModule(module).find(({ name }) => name === 'CustomerAction')
  if (!exported) throw new Error(`${file} exports no CustomerAction`)
  return path.reduce((type, name) => {
    const field = type.getProperty(name)
    if (!field) throw new Error(`CustomerAction has no ${path.join('.')}`)
    return checker.getNonNullableType(checker.getTypeOfSymbol(field))
  }, checker.getDeclaredTypeOfSymbol(exported))
}

const literals = (type: ts.Type) =>
  (type.isUnion() ? type.types : [type]).map((each) =>
    each.isStringLiteral() ? each.value : checker.typeToString(each),
  )

const { body, eventType, eventAction } = schema.properties
const { interaction, utmParameters } = body.properties

test.each([
  ['the event', schema, []],
  ['its body', body, ['body']],
  ['its interaction', interaction, ['body', 'interaction']],
  ['its campaign', utmParameters, ['body', 'utmParameters']],
] as const)('type and schema state the same fields of %s', (_, part, path) => {
  expect(shapeOfType(typeAt(...path))).toEqual(shapeOfSchema(part))
})

test('type, schema and list state the same types of an action', () => {
  expect(interaction.properties.type.enum).toEqual([...ACTION_TYPES])
  expect(literals(typeAt('body', 'interaction', 'type')).sort()).toEqual([...ACTION_TYPES].sort())
})

test('the contract has these four types of an action', () => {
  // From the seed's schema. A fifth type is a change of the contract, and not of a list.
  expect([...ACTION_TYPES].sort()).toEqual([
    'PROMOTION_APPLIED',
    'SIGN_UP',
    'SUBSCRIPTION_CANCELLED',
    'SUBSCRIPTION_RESTARTED',
  ])
})

test('type and schema state the same words for an event', () => {
  expect(literals(typeAt('eventType'))).toEqual([eventType.const])
  expect(literals(typeAt('eventAction')).sort()).toEqual([...eventAction.enum].sort())
})
