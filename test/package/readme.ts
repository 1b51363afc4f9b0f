import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'

const between = (text: string, name: string, value: string) =>
  text.replace(
    new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`),
    (_, open: string, close: string) => open + value + close,
  )

/** What the built files say of themselves: bytes as a server sends them, the stub as it stands in a page, the hash for `integrity`. */
export const readBuild = () => {
  const script = readFileSync('dist/wasabi.js')
  return {
    bytes: brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
    stub: `<script>${readFileSync('dist/stub.js', 'utf8').trim()}</script>`,
    integrity: `sha384-${createHash('sha384').update(script).digest('base64')}`,
    version: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
  }
}

/** The README with what the built files say now. */
export const fillReadme = (readme: string, { bytes, stub, integrity, version }: ReturnType<typeof readBuild>): string =>
  between(readme, 'size', bytes.toLocaleString('en'))
    .replace(/^<script>.*<\/script>$/m, () => stub)
    .replace(/integrity="[^"]*"/, `integrity="${integrity}"`)
    .replace(/wasabi-[\d.]+\.js/, `wasabi-${version}.js`)
