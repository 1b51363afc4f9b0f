import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { mostValues, type DayCount, type Question, type Summary, type SummaryStore, type ValueCount } from '../summary'

/** Values are cut here: no campaign is longer, and the summary's rows stay small. */
const longest = 200

/**
 * If a name occurs twice, SQLite reads the first value, and JSON.parse the last one. So the database may find another
 * value than the checked one, or none. The value is cut even then, and never NULL.
 */
const conversionOf = (row: string): string => {
  const fields = [
    'interaction.type',
    ...['Source', 'Medium', 'Campaign', 'Content'].map((it) => `utmParameters.utm${it}`),
  ]
  const values = fields.map(
    (field) => `substr(coalesce(json_extract(${row}.text, '$.body.${field}'), ''), 1, ${String(longest)})`,
  )
  return `${row}.received_at / 86400000, ${values.join(', ')}`
}

const columns = '(day, type, source, medium, campaign, content)'

const summaryTriggers = `
  CREATE TRIGGER event_counted AFTER INSERT ON event WHEN new.revision = '' AND json_valid(new.text) BEGIN
    INSERT INTO conversion VALUES (${conversionOf('new')}, 1) ON CONFLICT ${columns} DO UPDATE SET count = count + 1;
  END;
  CREATE TRIGGER event_uncounted AFTER DELETE ON event WHEN old.revision = '' AND json_valid(old.text) BEGIN
    UPDATE conversion SET count = count - 1 WHERE ${columns} = (${conversionOf('old')});
    DELETE FROM conversion WHERE ${columns} = (${conversionOf('old')}) AND count <= 0;
  END;
`

/** Counts conversions within the commit, and subtracts erased and expired ones. A correction is no conversion. */
export const summaryTables = `
  CREATE TABLE conversion (
    day INTEGER, type TEXT, source TEXT, medium TEXT, campaign TEXT, content TEXT, count INTEGER NOT NULL,
    PRIMARY KEY ${columns}
  ) WITHOUT ROWID;
  INSERT INTO conversion SELECT ${conversionOf('event')}, count(*) FROM event WHERE revision = ''
    GROUP BY 1, 2, 3, 4, 5, 6;
  ${summaryTriggers}
`

/**
 * The former triggers refused an event where SQLite finds no type, and its group with it. Conversions that they counted
 * under a long type would never be subtracted.
 */
export const summaryAnew = `
  DELETE FROM conversion WHERE length(type) > ${String(longest)};
  DROP TRIGGER event_counted;
  DROP TRIGGER event_uncounted;
  ${summaryTriggers}
`

const statementsFor = ({ by, from, to }: Question): readonly { readonly sql: string; readonly values: number[] }[] => [
  {
    sql: `SELECT ${by} AS value, type, sum(count) AS count FROM conversion WHERE day BETWEEN ? AND ?
      GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT ${String(mostValues)}`,
    values: [from, to],
  },
  {
    sql: `SELECT day, type, sum(count) AS count FROM conversion WHERE day BETWEEN ? AND ? GROUP BY 1, 2 ORDER BY 1`,
    values: [from, to],
  },
]

/** Milliseconds. A summary of two million campaigns, one for each event, takes a third of it. */
const patience = 10_000

/** A worker's program: it uses its own read-only connection, and ends. As a text, it needs no file in a build. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  const load = async () => process.getBuiltinModule?.('node:sqlite') ?? (await import(workerData.package))
  load().then(({ DatabaseSync }) => {
    const database = new DatabaseSync(workerData.file, { readOnly: true })
    database.exec('PRAGMA busy_timeout = 5000')
    parentPort.postMessage(workerData.statements.map(({ sql, values }) => database.prepare(sql).all(...values)))
    database.close()
  })
`

const answerIn = (file: string, question: Question): Promise<readonly unknown[]> =>
  new Promise((resolve, reject) => {
    const packaged = pathToFileURL(createRequire(import.meta.url).resolve('@photostructure/sqlite')).href
    const worker = new Worker(program, {
      eval: true,
      workerData: { file, package: packaged, statements: statementsFor(question) },
    })
    const timer = setTimeout(() => {
      void worker.terminate()
      reject(new Error('counting took too long'))
    }, patience)
    let answer: readonly unknown[] | undefined
    worker.once('message', (rows: readonly unknown[]) => (answer = rows))
    worker.once('error', reject)
    // Resolves only at the exit: an endpoint that stops leaves one whole file only if no connection is open any more.
    worker.once('exit', () => {
      clearTimeout(timer)
      if (answer) resolve(answer)
      else reject(new Error('counting ended without an answer'))
    })
  })

const summaryOf = ([values, days]: readonly unknown[]): Summary => ({
  values: values as ValueCount[],
  days: days as DayCount[],
})

/** Counts beside the event loop, one question at a time. A store in memory has one connection, and uses it. */
export const createSqliteSummary = (file: string, database: DatabaseSyncInstance): SummaryStore => {
  let last: Promise<unknown> = Promise.resolve()
  return async (question) => {
    if (file === ':memory:')
      return summaryOf(statementsFor(question).map(({ sql, values }) => database.prepare(sql).all(...values)))
    const answer = last.then(() => answerIn(file, question))
    last = answer.catch(() => undefined)
    return summaryOf(await answer)
  }
}
