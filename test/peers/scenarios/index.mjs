import { createCell } from '../cell.mjs'
import * as campaign from './campaign.mjs'
import * as faults from './faults.mjs'
import * as reach from './reach.mjs'

const { lateScript, blockedScript, hardPage, ...onAnyPage } = faults

/** Logs on the console the violations of the page's policy. */
const LISTEN = `<script>addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) => console.log('violation:', violatedDirective, sample))</script>`

/** Fills the storage of the origin, down to the last character. */
const FILL = `<script>
for (let size = 1 << 20, key = 0; size >= 1; ) {
  try { localStorage.setItem('full' + key++, 'x'.repeat(size)) } catch { size >>= 1 }
}
</script>`

const gate = () => {
  let open
  const scripts = new Promise((resolve) => (open = resolve))
  return { open, scripts }
}

/** Scenarios about the page itself: how its cell is made, and what happens in it. */
const SPECIAL = {
  late() {
    const { open, scripts } = gate()
    return { page: { scripts }, run: lateScript(open) }
  },
  blocked: () => ({ page: { scripts: Promise.resolve('blocked') }, run: blockedScript }),
  refused: () => ({ page: { blocked: true }, run: hardPage }),
  full: () => ({ page: { before: FILL }, run: hardPage }),
  trustedTypes: () => ({
    page: { before: LISTEN, headers: { 'content-security-policy': "require-trusted-types-for 'script'" } },
    run: hardPage,
  }),
}

/** Whether a column applies to a peer: some ask for more than its purpose. */
const applies = (peer, key) => {
  if (key in campaign || key in reach) return true
  if (key === 'late') return Boolean(peer.stub)
  if (key === 'blocked') return Boolean(peer.tag && Object.keys(peer.files).length)
  return peer.sends
}

/** Whether the peer's documentation shows how to do it. */
const offers = ({ reach: { withoutCode, elsewhere, server } }, key) =>
  Boolean({ withoutCode: withoutCode.body, elsewhere: elsewhere.module ?? elsewhere.head, server: server.send }[key])

/** Far longer than any cell takes. */
const LIMIT = 400_000

/** Runs one cell of the table, in a world of its own, and returns its verdict. */
export const runCell = async (world, peer, key) => {
  if (!applies(peer, key)) return { verdict: '–' }
  if (key in reach && !offers(peer, key)) return { verdict: 'no' }
  const { page = {}, run } = SPECIAL[key]?.() ?? { run: campaign[key] ?? reach[key] ?? onAnyPage[key] }
  const cell = await createCell(world, { ...peer, ...peer.pages[key] }, page)
  let timer
  try {
    const late = new Promise((_, reject) => (timer = setTimeout(reject, LIMIT, new Error('the scenario did not end'))))
    const result = await Promise.race([run(cell), late])
    const thrown = cell.thrown.length ? { thrown: cell.thrown[0].slice(0, 200) } : {}
    const copies = Math.max(0, ...cell.copies())
    return { ...(typeof result === 'string' ? { verdict: result } : result), ...(copies > 1 && { copies }), ...thrown }
  } catch (error) {
    return { verdict: 'failed', note: String(error.message).split('\n')[0] }
  } finally {
    clearTimeout(timer)
    await cell.close()
  }
}
