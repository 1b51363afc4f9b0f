import { checks } from './list'
import { createTarget } from './target'

/** What a check came to; without a problem it went well. */
export type Finding = { readonly name: string; readonly problem?: string }

/** Tries an endpoint against the contract, from outside. */
export const runChecks = async (url: string): Promise<readonly Finding[]> => {
  const target = createTarget(url)
  const findings: Finding[] = []
  for (const { name, look } of checks) {
    const problem = await look(target)
    findings.push({ name, ...(problem !== undefined && { problem }) })
  }
  return findings
}

const isPlain = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !/(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname)

/** Prints what an endpoint would lose or double. Resolves to `true` if there is nothing. */
export const check = async (url: string | undefined): Promise<boolean> => {
  if (url === undefined || !URL.canParse(url)) {
    console.error('Say which endpoint to check, as in npm run check -- https://collect.example.com/customer-actions')
    return false
  }
  if (isPlain(new URL(url))) console.log('Note: pages on https cannot send to this address, which is http.')
  const findings = await runChecks(url)
  for (const { name, problem } of findings)
    console.log(problem === undefined ? `ok      ${name}` : `FAILED  ${name}: ${problem}.`)
  const failed = findings.filter(({ problem }) => problem !== undefined).length
  console.log(
    failed === 0 ? 'It does what the tracker needs.' : `${String(failed)} of ${String(findings.length)} failed.`,
  )
  console.log('The events that were sent have a customerId that begins with wasabi-check-.')
  return failed === 0
}
