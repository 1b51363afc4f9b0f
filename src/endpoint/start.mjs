// `npm run endpoint` and `npm run check`: build what is missing or older than its source, then run.
import './node.mjs'
// A shell that is ended during the build passes the signal on to nobody.
const shell = process.ppid
const { buildIfOld } = await import('../build.mjs')
if (!buildIfOld() || process.ppid !== shell) process.exit(1)
await import('../../dist/endpoint/main.js')
