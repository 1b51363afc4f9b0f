import { checks } from './list'
import { createTarget } from './target'

/** What a check came to; without a problem it went well. */
export type Finding = { readonly name: string; readonly problem?: string }

/** Tries an endpoint against the contract, from outside, one thing after the other. */
export async function* runChecks(url: string): AsyncGenerator<Finding> {
  const target = createTarget(url)
  for (const { name, look } of checks) {
    const problem = await look(target)
    yield { name, ...(problem !== undefined && { problem }) }
  }
}

const isPlain = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !/(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname)

/** Prints what an endpoint would lose or double. Resolves to `true` if there is nothing. */
export const check = async (url: string | undefined): Promise<boolean> => {
  if (url === undefined || !URL.canParse(url)) {
    console.error(
      'Say which endpoint to check, as in wasabi-endpoint check https://collect.example.com/customer-actions',
    )
    return false
  }
  if (isPlain(new URL(url))) console.log('Note: pages on https cannot send to this address, which is http.')
  let failed = 0
  for await (const { name, problem } of runChecks(url)) {
    if (problem !== undefined) failed += 1
    console.log(problem === undefined ? `ok      ${name}` : `FAILED  ${name}: ${problem}.`)
  }
  console.log(
    failed === 0 ? 'It does what the tracker needs.' : `${String(failed)} of ${String(checks.length)} failed.`,
  )
  console.log('The events that were sent have a customerId that begins with wasabi-check-.')
  return failed === 0
}
