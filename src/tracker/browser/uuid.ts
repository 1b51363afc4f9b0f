/**
 * A random UUID (version 4), on every page.
 *
 * `crypto.randomUUID` exists on secure pages only (W3C Web Cryptography, 10.1.2). The name of a blob URL is a random UUID
 * everywhere (W3C File API, 8.3).
 */
export const uuid = (): string => {
  if (crypto.randomUUID) return crypto.randomUUID()
  const url = URL.createObjectURL(new Blob())
  URL.revokeObjectURL(url)
  return url.slice(-36)
}
