import { isUtf8 } from 'node:buffer'
import { Ajv, type ErrorObject } from 'ajv'
import type { CustomerAction } from '../../contract/customer-action'
import schema from '../../contract/customer-action.schema.json' with { type: 'json' }
import { isInstant } from '../../contract/instant'

/** One reason for a refusal. `path` is a JSON pointer (RFC 6901), `""` for the whole body. */
export type Problem = { readonly path: string; readonly message: string }

/** The refusal of a body that can never be accepted, with its reasons. */
export type Refusal = { readonly status: 400 | 413 | 422; readonly errors: readonly Problem[] }

/** The result of a validation. */
export type Validated =
  | { readonly type: 'valid'; readonly text: string; readonly action: CustomerAction }
  | { readonly type: 'refused'; readonly refusal: Refusal }

/** Levels of nesting. The contract's own objects have three. Readers with a recursive parser fail at some thousands. */
const deepest = 64

// Fields that the contract does not name are removed from the parsed value. The text contains them. As objects they
// would take twenty times its memory while the event waits for its commit.
const ajv = new Ajv({ allErrors: true, removeAdditional: 'all' })
ajv.addFormat('date-time', isInstant)
const matchesSchema = ajv.compile<CustomerAction>(schema)

const pointerTo = ({ instancePath, params }: ErrorObject): string => {
  const missing: unknown = params.missingProperty
  return typeof missing === 'string' ? `${instancePath}/${missing}` : instancePath
}

const messageOf = ({ keyword, params, message = 'is not valid' }: ErrorObject): string => {
  if (keyword === 'required') return 'is missing'
  if (keyword === 'const') return `must be ${String(params.allowedValue)}`
  if (keyword === 'enum') return `must be one of ${(params.allowedValues as readonly string[]).join(', ')}`
  if (keyword === 'type') return `must be ${params.type === 'object' ? 'an' : 'a'} ${String(params.type)}`
  if (keyword === 'minLength') return 'must not be empty'
  if (keyword === 'pattern') return 'must not contain NUL or half a surrogate pair'
  if (keyword === 'format') return 'must be a date and time of the calendar, such as 2026-11-23T10:00:00.000Z'
  return message
}

const nestsDeeperThan = (levels: number, value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  // No array of each object's values is made: that took as long as the check against the schema.
  for (const key in value)
    if (nestsDeeperThan(levels - 1, (value as Readonly<Record<string, unknown>>)[key])) return true
  return false
}

/** A refusal for one reason that concerns the whole body. */
export const refusal = (status: Refusal['status'], message: string): Refusal => ({
  status,
  errors: [{ path: '', message }],
})

const refused = (because: Refusal): Validated => ({ type: 'refused', refusal: because })

/** Checks a body's bytes against the contract. Never throws, whatever the bytes. */
export const validate = (bytes: Buffer): Validated => {
  // Decoding would replace bytes that are not UTF-8, and the body would no longer be the one that arrived.
  if (!isUtf8(bytes)) return refused(refusal(400, 'is not UTF-8'))
  const text = bytes.toString()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refused(refusal(400, 'is not JSON'))
  }
  const isDeep = nestsDeeperThan(deepest, value)
  if (!matchesSchema(value)) {
    const errors = (matchesSchema.errors ?? []).map((error) => ({ path: pointerTo(error), message: messageOf(error) }))
    return refused({ status: 422, errors })
  }
  if (isDeep) return refused(refusal(422, `nests deeper than ${String(deepest)} levels`))
  return { type: 'valid', text, action: value }
}
