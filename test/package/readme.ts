import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'

const between = (text: string, name: string, value: string) =>
  text.replace(
    new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`),
    (_, open: string, close: string) => open + value + close,
  )

/**
 * The facts about the built files: bytes as a server sends them, the stub as it is in a page, the hash for
 * `integrity`.
 */
export const readBuild = () => {
  const script = readFileSync('dist/wasabi.js')
  return {
    bytes: brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
    stub: `<script>${readFileSync('dist/stub.js', 'utf8').trim().replace(/;$/, '')}</script>`,
    integrity: `sha384-${createHash('sha384').update(script).digest('base64')}`,
    version: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
  }
}

type Build = Readonly<ReturnType<typeof readBuild>>

/** The README with the stub and the size of the build. The size has one decimal, so that few commits change it. */
export const fillReadme = (readme: string, { bytes, stub }: Pick<Build, 'bytes' | 'stub'>): string =>
  between(readme, 'size', (bytes / 1000).toFixed(1)).replace(/^<script>.*<\/script>$/m, () => stub)

/** The README of a version: the example of a pinned tag contains the file of that version, and its hash. */
export const pinReadme = (readme: string, { integrity, version }: Pick<Build, 'integrity' | 'version'>): string =>
  readme
    .replace(/integrity="[^"]*"/, `integrity="${integrity}"`)
    .replace(/wasabi-\d+\.\d+\.\d+[\w.-]*\.js/, `wasabi-${version}.js`)
