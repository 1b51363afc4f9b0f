import { BONUSES, BROWSERS, data, names, oldest, versionsOf, type Browser, type readNeeds } from './support'

type Needs = ReturnType<typeof readNeeds>

const releasedIn = (browser: Browser, version: number) => {
  const releases = Object.entries(data.browsers[browser]?.releases ?? {})
  const [, release] = releases.find(([name]) => parseFloat(name) === version) ?? []
  return release?.release_date.slice(0, 4) ?? ''
}

const row = (...cells: readonly (string | number)[]) =>
  `| ${cells.map((cell) => (cell === Infinity ? '–' : cell)).join(' | ')} |\n`

/** The README's table: the oldest versions, and the improvements in newer ones. */
export const table = (needs: Needs): string => {
  const versions = oldest(needs)
  const head = row('', ...Object.values(BROWSERS)) + row(...Array.from({ length: names.length + 1 }, () => '---'))
  const bonus = Object.entries(BONUSES).map(([name, without]) =>
    row(`\`${name}\`: without it, ${without}`, ...names.map((browser) => versionsOf(name)[browser])),
  )
  return (
    head +
    row(
      '**Needed** (released in)',
      ...names.map((browser) => `**${versions[browser]}** (${releasedIn(browser, versions[browser])})`),
    ) +
    bonus.join('')
  )
}
