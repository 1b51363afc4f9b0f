/**
 * Parts a `DATABASE_URL` with several hosts into one for each, in their order. libpq has the same form, the driver has not:
 * https://www.postgresql.org/docs/15/libpq-connect.html#id-1.7.3.8.3.6
 */
export const hostsIn = (url: string): readonly string[] => {
  const [, head = '', hosts = '', rest = ''] = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/.exec(url) ?? []
  if (head === '')
    throw new Error('DATABASE_URL must begin with postgres://, as in postgres://user:password@host:5432/database.')
  return hosts.split(',').map((host) => head + host + rest)
}
