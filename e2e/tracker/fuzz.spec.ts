import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  oneof,
  record,
  string,
  integer,
  boolean,
  constant,
  type Arbitrary,
} from 'fast-check'
import { expect, test } from '../support/fixtures'
import { page } from '../support/site'

const CALLS = ['track', 'update', 'identify', 'reset', 'consent', 'attribution', 'init'] as const

/** Values that cannot be passed into the page. They are named here, and made there. */
const STRANGE = [
  'a symbol',
  'no prototype',
  'a getter that throws',
  'a toString that throws',
  'a proxy that throws',
  'a function',
  'NaN',
  'a bigint',
  'itself',
  'the window',
  'half a surrogate',
] as const

const argument: Arbitrary<unknown> = oneof(
  constantFrom('SIGN_UP', 'SUBSCRIPTION_CANCELLED', 'PROMOTION_APPLIED', 'constructor', '__proto__', '', 'null'),
  string(),
  integer(),
  boolean(),
  constant(null),
  record({ strange: constantFrom(...STRANGE) }),
  record(
    {
      interactionId: oneof(string(), integer(), record({ strange: constantFrom(...STRANGE) })),
      customerId: oneof(string(), record({ strange: constantFrom(...STRANGE) })),
    },
    { requiredKeys: [] },
  ),
  record(
    { endpoint: string(), consent: string(), attributionDays: integer(), utmTypes: string() },
    { requiredKeys: [] },
  ),
)

const calls = array(record({ name: constantFrom(...CALLS), given: array(argument, { maxLength: 3 }) }), {
  maxLength: 12,
})

/** The page counts errors and clicks with handlers of its own. The platform around it fails now and then. */
const HOSTILE = `<script>
  window.thrown = []
  window.clicks = 0
  addEventListener('error', ({ message }) => thrown.push(message))
  addEventListener('unhandledrejection', ({ reason }) => thrown.push('rejected: ' + reason))
  addEventListener('click', () => clicks++)
  let turn = 0
  const sometimes = (owner, name) => {
    const real = owner[name]
    owner[name] = function (...given) {
      if (turn++ % 5 === 4) throw new Error(name + ' fails')
      return real.apply(this, given)
    }
  }
  sometimes(Storage.prototype, 'setItem')
  sometimes(Storage.prototype, 'getItem')
  sometimes(Storage.prototype, 'removeItem')
  sometimes(JSON, 'parse')
  sometimes(window, 'fetch')
  sometimes(crypto, 'getRandomValues')
  console.error = console.warn = console.log = () => { throw new Error('a console that throws') }
</script>`

test(
  'no call throws into the page or stops it, whatever its arguments',
  { tag: '@chromium' },
  async ({ tab, site, wasabi }) => {
    site.put('/', { html: page(HOSTILE + wasabi().replace('async ', '')) })
    await tab.goto(site.url('/?utm_source=fuzz'))
    await assert(
      asyncProperty(calls, async (made) => {
        const faults = await tab.evaluate(async (todo) => {
          const circular: Record<string, unknown> = {}
          circular.self = circular
          const fail = () => {
            throw new Error('a value that throws')
          }
          const strange: Record<string, unknown> = {
            'a symbol': Symbol('id'),
            'no prototype': Object.create(null),
            'a getter that throws': Object.defineProperty({}, 'interactionId', { get: fail, enumerable: true }),
            'a toString that throws': { toString: fail, valueOf: fail },
            'a proxy that throws': new Proxy({}, { get: fail, ownKeys: fail, has: fail }),
            'a function': fail,
            NaN: Number.NaN,
            'a bigint': BigInt(1),
            itself: circular,
            'the window': window,
            'half a surrogate': '\ud800',
          }
          const revive = (value: unknown): unknown => {
            if (typeof value !== 'object' || value === null) return value
            if ('strange' in value) return strange[String(value.strange)]
            return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revive(inner)]))
          }
          const wasabi = Reflect.get(window, 'wasabi') as Record<string, (...given: unknown[]) => unknown>
          const thrown = Reflect.get(window, 'thrown') as string[]
          const clicks = () => Reflect.get(window, 'clicks') as number
          const escaped: string[] = []
          for (const { name, given } of todo) {
            try {
              wasabi[name]?.(...given.map(revive))
            } catch (error) {
              escaped.push(`${name}: ${String(error)}`)
            }
          }
          const before = clicks()
          document.body.click()
          // Runs after the current tasks: the browser has then reported all rejections without a handler.
          await new Promise((resolve) => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = resolve
            port2.postMessage('')
          })
          return [...escaped, ...thrown.splice(0), ...(clicks() === before + 1 ? [] : ['a click was lost'])]
        }, made)
        expect(faults).toEqual([])
      }),
      { numRuns: 60 },
    )
  },
)
