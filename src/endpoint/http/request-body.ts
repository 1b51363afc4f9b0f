import type { IncomingMessage } from 'node:http'

/** 16 KB: some thirty times an event with all its fields. Browsers cap what `keepalive` carries at 64 KB. */
export const largestBody = 16 * 1024

/** A body that was read, whole or, when it is larger than allowed, its beginning. */
export type RequestBody = { readonly bytes: Buffer; readonly tooLarge: boolean }

/**
 * Reads a request's body, and never holds more of it than is allowed and one chunk. Calls back once, or never if the
 * sender goes away before the end.
 */
export const readBody = (request: IncomingMessage, onBody: (body: RequestBody) => void): void => {
  const chunks: Buffer[] = []
  let size = 0

  const finish = (): void => {
    const [first = Buffer.alloc(0)] = chunks
    const bytes = chunks.length > 1 ? Buffer.concat(chunks) : first
    onBody({ bytes: bytes.subarray(0, largestBody), tooLarge: size > largestBody })
  }
  const take = (chunk: Buffer): void => {
    // What comes after it was answered is read and thrown away.
    if (size > largestBody) return
    chunks.push(chunk)
    size += chunk.length
    if (size > largestBody) finish()
  }
  request.on('data', take).on('end', () => {
    if (size <= largestBody) finish()
  })
}
