/** As it was when the program began. Later, a shell that is gone already could not be missed. */
const shell = process.ppid

/**
 * npm runs a command through a shell. The shell dies of the signal that npm passes on, and passes it on to nobody. So
 * this process sends it to itself, and each command does what it does then.
 */
export const endWithShell = (): void => {
  if (process.env.npm_lifecycle_event === undefined) return
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 250).unref()
}
