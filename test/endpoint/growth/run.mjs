// npm run bench:growth [-- --rows 20000000] measures the cost of many rows in a PostgreSQL store. Rows are made in the
// server.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { rows } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } }).values
if (!/^\d{5,9}$/.test(rows)) {
  console.error('--rows is a number of rows, 10000 or more. A million takes up to 2.5 GB of the disk.')
  process.exit(1)
}
const args = ['vitest', 'run', '--config', 'test/endpoint/long.config.mjs', 'growth']
const { status } = spawnSync('npx', args, { stdio: 'inherit', env: { ...process.env, ROWS: rows } })
process.exit(status ?? 1)
