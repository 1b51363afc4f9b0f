import { checks } from './list'
import { createTarget, type Target } from './target'

/** What a check came to; without a problem it went well. */
export type Finding = { readonly name: string; readonly problem?: string }

/** Tries an endpoint against the contract, from outside, one thing after the other. */
export async function* runChecks(target: Target): AsyncGenerator<Finding> {
  for (const { name, look } of checks) {
    const problem = await look(target)
    yield { name, ...(problem !== undefined && { problem }) }
  }
}

const isPlain = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !/(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname)

/** Why nothing answers at an address, in the system's word for it; `undefined` where something does, or is slow. */
const findSilence = async (url: string): Promise<string | undefined> => {
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5000) })
    return undefined
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: string } }
    return /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.exec(cause?.code ?? '')?.[0]
  }
}

/** Says what is wrong with the address of an endpoint. */
const findSlip = async (url: string | undefined): Promise<string | undefined> => {
  if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url))
    return (
      'Say which endpoint to check, with http:// or https://, as in ' +
      'wasabi-endpoint check https://collect.example.com/customer-actions'
    )
  const silence = await findSilence(url)
  return silence && `Nothing answers at ${url} (${silence}). Is the endpoint running?`
}

/** Prints what an endpoint would lose or double. Resolves to `true` if there is nothing. */
export const check = async (url: string | undefined): Promise<boolean> => {
  const slip = await findSlip(url)
  if (url === undefined || slip !== undefined) {
    console.error(slip)
    return false
  }
  const target = createTarget(url)
  if (isPlain(new URL(url))) console.log('Note: pages on https cannot send to this address, which is http.')
  let failed = 0
  for await (const { name, problem } of runChecks(target)) {
    if (problem !== undefined) failed += 1
    console.log(problem === undefined ? `ok      ${name}` : `FAILED  ${name}: ${problem}.`)
  }
  console.log(
    failed === 0 ? 'It does what the tracker needs.' : `${String(failed)} of ${String(checks.length)} failed.`,
  )
  const { origin } = new URL(url)
  console.log(`The events that were sent count as sign-ups, until DELETE ${origin}/customers/${target.customerId}`)
  return failed === 0
}
