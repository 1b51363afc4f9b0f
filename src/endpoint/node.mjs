// Old JavaScript without imports: an old Node then prints this message, and not an error about a feature that it lacks.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(
    `wasabi needs Node 20 or later, and this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org and try again.',
  )
  process.exit(1)
}
