/** Reads an answer's text until it has this many bytes: the useful part is short, and some answers never end. */
export const readText = async ({ body }: Response, most: number): Promise<string> => {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop ends the connection; a short answer is read to its end, so that its connection can be used again.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= most) break
  }
  return Buffer.concat(chunks).toString()
}
