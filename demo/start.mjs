// `npm start`: builds what is old, then serves the demo and the endpoint on one port.
// Plain, old JavaScript, so that an old Node can still print this message.
const major = Number(process.versions.node.split('.')[0])

if (major < 20) {
  console.error(
    `wasabi needs Node 20 or later, and this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org and try again.',
  )
  process.exitCode = 1
} else {
  // A shell that is ended during the build passes the signal on to nobody.
  const shell = process.ppid
  import('../src/build.mjs').then(({ buildIfOld }) => {
    if (buildIfOld() && process.ppid === shell) return import('../dist/demo/demo.js')
    process.exitCode = 1
  })
}
