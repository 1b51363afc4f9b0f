// `npm run endpoint` and `npm run check`: build what is missing or older than its source, then run.
// Plain old JavaScript up to the check, so that an old Node can say so.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(
    `wasabi needs Node 20 or later, and this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org and try again.',
  )
  process.exit(1)
}
// A shell that is ended while this builds passes the signal on to nobody.
const shell = process.ppid
const { buildIfOld } = await import('../build.mjs')
if (!buildIfOld() || process.ppid !== shell) process.exit(1)
await import('../../dist/endpoint/main.js')
