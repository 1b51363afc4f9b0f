import { checks } from './list'
import { createTarget, type Target } from './target'

/** The result of a check. It passed if it names no problem. */
export type Finding = { readonly name: string; readonly problem?: string }

/** Tests an endpoint against the contract, from outside, with one check after the other. */
export async function* runChecks(target: Target): AsyncGenerator<Finding> {
  for (const { name, look } of checks) {
    const problem = await look(target)
    yield { name, ...(problem !== undefined && { problem }) }
  }
}

const isPlain = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !/(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname)

/** The system's error codes for an address where nothing answers. */
const absence = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/

/**
 * The error codes of OpenSSL and Node for a server that no browser trusts:
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const distrust = /CERT|SELF_SIGNED|^UNABLE_TO_|^ERR_(?:SSL|TLS)_|^EPROTO$/

/** Says why no page can reach an address, and what to check. `undefined` if an answer arrives or is only slow. */
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

/** Describes the problem with the address of an endpoint, or with the site whose page sends. */
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
 * Prints the problems by which an endpoint would lose or double events of a page of `site`. Resolves to `true` if there
 * are none.
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
  console.log(
    `The events that were stored count as sign-ups. A wasabi endpoint erases them with\n` +
      `curl -X DELETE -H "Authorization: Bearer $READ_TOKEN" ${origin}/customers/${target.customerId}`,
  )
  return failed === 0
}
