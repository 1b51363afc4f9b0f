// The requirements of the run on the machine. The run installs nothing.
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const debian = '/usr/lib/postgresql'
const newest = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one))[0] : undefined
export const postgresFolder = join(debian, newest ?? '', 'bin')
export const faketime = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`

const packages = {
  patroni: 'patroni',
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
  ip: 'iproute2',
  setpriv: 'util-linux',
}

const here = { platform: process.platform, user: process.getuid?.(), path: process.env.PATH ?? '' }

/** Returns a sentence that names the missing requirement, or nothing. */
export const missing = ({ platform, user, path } = here) => {
  if (platform !== 'linux' || user !== 0)
    return 'The run needs Linux and root: it makes hosts out of network namespaces.'
  const isOnPath = (program) => path.split(delimiter).some((folder) => existsSync(join(folder, program)))
  const absent = Object.keys(packages)
    .filter((program) => !isOnPath(program))
    .map((program) => packages[program])
  if (!existsSync(join(postgresFolder, 'postgres'))) absent.push('postgresql')
  if (!existsSync(faketime)) absent.push('libfaketime')
  if (absent.length === 0) return undefined
  return `The run needs ${absent.join(', ')}: install them, as with apt-get install ${absent.join(' ')}, and try again.`
}
