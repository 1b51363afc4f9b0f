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

/** What the system calls it when nothing is there. */
const absence = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/

/**
 * What OpenSSL and Node call a server that no browser would speak to:
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const distrust = /CERT|SELF_SIGNED|^UNABLE_TO_|^ERR_(?:SSL|TLS)_|^EPROTO$/

/** Says why no page gets an answer from an address, and what to look at; `undefined` where one comes, or is slow. */
const findSilence = async (url: string): Promise<string | undefined> => {
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5000) })
    return undefined
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: string; readonly message?: string } }
    const { code = '', message } = cause ?? {}
    if (absence.test(code)) return `Nothing answers at ${url} (${code}). Is the endpoint running?`
    if (distrust.test(code)) return `No browser trusts ${url} (${code}). Is its certificate valid, and for this name?`
    // https://fetch.spec.whatwg.org/#port-blocking
    return message === 'bad port' ? `No browser sends to the port of ${url}. Choose another one.` : undefined
  }
}

/** Says what is wrong with the address of an endpoint, or with the site whose page sends. */
const findSlip = async (url: string | undefined, site: string | undefined): Promise<string | undefined> => {
  if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url))
    return (
      'Say which endpoint to check, with http:// or https://, as in ' +
      'wasabi-endpoint check https://collect.example.com/customer-actions'
    )
  const { username, password } = new URL(url)
  if (username !== '' || password !== '') return 'Leave user and password out of the address: no page can send them.'
  if (site !== undefined && (!URL.canParse(site) || new URL(site).origin !== site))
    return `"${site}" is no site: write it as https://shop.example, without a path.`
  return findSilence(url)
}

/**
 * Prints what an endpoint would lose or double of what a page of `site` sends. Resolves to `true` if there is nothing.
 */
export const check = async (url: string | undefined, site?: string): Promise<boolean> => {
  const slip = await findSlip(url, site)
  if (url === undefined || slip !== undefined) {
    console.error(slip)
    return false
  }
  const target = createTarget(url, site)
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
