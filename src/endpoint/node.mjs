// Plain old JavaScript that imports nothing, so that an old Node can say so, and not what it lacks.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(
    `wasabi needs Node 20 or later, and this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org and try again.',
  )
  process.exit(1)
}
