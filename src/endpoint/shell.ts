/** The signals that end the program. A terminal sends SIGHUP to its programs when it is closed. */
export const endSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * The parent process when the program began. If it were read later, a shell that had ended before would go unnoticed.
 */
const shell = process.ppid

/**
 * npm runs a command through a shell. npm passes a signal on to the shell, which ends and passes it on to nobody. So
 * this process then sends itself SIGTERM, and each command handles it as usual.
 */
export const endWithShell = (): void => {
  if (process.env.npm_lifecycle_event === undefined) return
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 250).unref()
}
