/** Says whether a password seems to contain an unescaped character that ends this part of the address. */
const hasBarePassword = (rest: string): boolean => {
  const [, password, after = ''] = /^[^@/?#:]*:([^@/?#]*)[/?#](.*)$/s.exec(rest) ?? []
  if (password === undefined) return false
  // A few digits are a port, unless the @ of the user follows them. An @ after a = is part of a parameter.
  return /^\d{0,5}$/.test(password) ? /^[^=]*@/.test(after) : after.includes('@')
}

/**
 * Splits a `DATABASE_URL` with several hosts into one address for each, in their order. libpq has the same form, the
 * driver does not: https://www.postgresql.org/docs/15/libpq-connect.html#id-1.7.3.8.3.6 Throws a sentence that never
 * quotes the address, since it contains a password.
 */
export const hostsIn = (url: string): readonly string[] => {
  const [, head = '', hosts = '', rest = ''] = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? []
  if (head === '')
    throw new Error('DATABASE_URL must begin with postgres://, as in postgres://user:password@host:5432/database.')
  const addresses = hosts.split(',').map((host) => head + host + rest)
  const isReadable = addresses.every((address) => URL.canParse(address.replace(/@$|@(?=[/?])/, '@localhost')))
  if (!isReadable || hasBarePassword(url.slice(url.indexOf('//') + 2)))
    throw new Error(
      'DATABASE_URL cannot be read: in its user and password write / as %2F, # as %23, ? as %3F, @ as %40, : as %3A, ' +
        ', as %2C and % as %25.',
    )
  return addresses
}
