/** A mistake in the source: a text of a file in `src/tracker`, and the text that replaces it. */
export type SeededFault = {
  readonly name: string
  readonly file: string
  readonly text: string
  readonly instead: string
}

const fault = (name: string, file: string, [text, instead]: readonly [text: string, instead: string]): SeededFault => ({
  name,
  file: `src/tracker/${file}.ts`,
  text,
  instead,
})

/** Faults that some of the lives of each `npm test` find: `npm run simulate -- --faults` names these lives. */
export const SEEDED_FAULTS: readonly SeededFault[] = [
  fault('an event is not stored', 'outbox', ['  writeText(key, event)\n  //', '  //']),
  fault('a correction gets the campaign of today', 'recorder', [
    'if (action) record(action, details)',
    'if (action) record({ ...action, utmParameters: currentCampaign() }, details)',
  ]),
  fault('a retry outlives its page', 'outbox', ['String(event), isLeaving)', 'String(event), true)']),
  fault('the lock is not asked for', 'browser/lock', [
    'await navigator.locks.request(',
    'await (async (..._: unknown[]) => run())(\n',
  ]),
  fault('an event that was refused by the network is dropped', 'outbox', [
    "=== 'retry') keep(key, event, delivery)",
    "=== 'retry') settle(key)",
  ]),
  fault('another time in each attempt', 'outbox', [
    'await send(event, keepalive)',
    "await send(event.replace(/\\d{3}Z/, `${Math.random()}`.slice(2, 5) + 'Z'), keepalive)",
  ]),
  fault('an update does not wait for its CREATED', 'outbox', [
    'if (isNew || !readText(CREATED + interactionId)) void',
    'if (!0) void',
  ]),
  fault('the key of an update has no time', 'outbox', [
    '`wasabi.U.${updatedAt}.${interactionId}`',
    '`wasabi.U.2026-01-01T00:00:00.000Z.${interactionId}`',
  ]),
  fault('an older text stays where there is no room', 'browser/storage', [
    '    storage.removeItem(key)\n    if',
    '    if',
  ]),
  fault('nothing is in memory', 'browser/storage', ['  memory[key] = value\n', '']),
  fault('an event that waits has no copy', 'outbox', ['  writeCopy(key, event)\n', '']),
  fault('a removed event stays in memory', 'browser/storage', [
    'export const removeText = (key: string): void => {\n  memory[key] = undefined',
    'export const removeText = (key: string): void => {',
  ]),
  fault('a refusal deletes nothing', 'gate', ['  heedRefusal()\n', '']),
  fault('a refusal in another tab is not heeded before a request', 'outbox', [
    "  if (answer === 'denied') heedRefusal()\n  return answer === 'granted'",
    '  return !!answer',
  ]),
  fault('a refusal in another tab deletes nothing of a page that waits', 'outbox', [
    "  if (answer === 'denied') heedRefusal()\n",
    '  void heedRefusal\n',
  ]),
  fault('a refusal leaves the later attempt under way', 'gate', ['  abortLater()\n', '']),
  fault('a page without an answer counts as permitted', 'consent', ["settings.consent === 'implied' ||", '!0 ||']),
  fault('calls that wait are not dropped by a refusal', 'gate', [
    'const refuse = () => {\n  waiting = []',
    'const refuse = () => {',
  ]),
  fault('Retry-After is forgotten', 'outbox', [
    "if (wait > 0 && permission() === 'granted') writeText",
    "if (wait < 0 && permission() === 'granted') writeText",
  ]),
  fault('the timer of a retry is dropped', 'outbox', ['    failures++\n    flush()', '    failures++']),
  fault('a page as answer counts as a receipt', 'browser/transport', ['/^20[0124](?!.*html)/', '/^20[0124]/']),
  fault('a request that hangs is waited for', 'browser/transport', ['      attempt.abort()\n', '']),
  fault('a first attempt dies with its page, and is not stored', 'outbox', [
    'void attempt(key, event, true)\n  else retryLater()\n  writeText(key, event)',
    'void attempt(key, event, false)\n  else writeText(key, event)\n  if (isNew) return',
  ]),
  fault('an id that still waits is recorded again after a reset', 'recorder', [
    '(readRecorded(id) ?? readWaiting(id))',
    'readRecorded(id)',
  ]),
  fault('a known id is recorded again', 'recorder', ["else if (known) log(id, 'recorded already')\n", '']),
  fault('a correction starts from the visitor of now', 'recorder', ['      action.customerId ??\n', '']),
  fault('a correction has the time of the last one', 'event', ['readTime(updatedAt) + 1', 'readTime(updatedAt)']),
  fault('a correction forgets the contract', 'event', [
    'subscriptionContractId ?? interaction.subscriptionContractId',
    'subscriptionContractId',
  ]),
  fault('the journal is not written', 'recorder', ['  writeRecorded(action.interactionId, event)\n', '']),
  fault('reset forgets no journal', 'recorder', ['  forgetIdentity()\n  forgetJournal()', '  forgetIdentity()']),
  fault('another customer keeps the visitor', 'identity', ["write(customer ? '' : visitor, id)", 'write(visitor, id)']),
  fault('an older landing replaces a newer one', 'attribution', [
    "(settings.attribution === 'first') !== isOlder",
    "settings.attribution === 'first'",
  ]),
  fault('a reload is a new visit', 'attribution', ['(isOld || staysBefore', '(staysBefore']),
  fault('a landing before permission is dated by the permission', 'gate', [
    'time: isHeld ? time : now()',
    'time: now()',
  ]),
  fault('a settled event is not removed', 'outbox', [
    'const settle = (key: string) => {\n  removeText(key)',
    'const settle = (key: string) => {',
  ]),
  fault('a round that the lock kept from running is not tried again', 'outbox', [
    '    if (!hasRun || listReady()[0]) retryLater()',
    '',
  ]),
  fault('a round goes on though another attempt was asked to wait', 'outbox', [
    'if (!key || !maySend() || readWait()) return',
    'if (!key || !maySend()) return',
  ]),
  fault('events leave without a pause', 'outbox', ['setTimeout(resolve, PACE)', 'setTimeout(resolve, 0)']),
  fault('a retry waits for nothing', 'outbox', [
    'Math.random() * Math.min(LONGEST_BACKOFF, 1000 * 2 ** failures)',
    '0',
  ]),
  fault('a page that goes believes that its requests failed', 'browser/transport', [
    '    if (keepalive) await new Promise((resolve) => setTimeout(resolve))\n',
    '',
  ]),
  fault('an answer sends nothing of what waited', 'outbox', ['  cancelRetry()\n  flush()\n', '  cancelRetry()\n']),
]

/** Faults that one life in ten thousand finds. `scenes.test.ts` lives through each of them. */
export const RARE_FAULTS: readonly SeededFault[] = [
  fault('a page in the back/forward cache keeps its copies', 'browser/storage', [
    "  addEventListener('pagehide', forgetAllStored)\n",
    '',
  ]),
  fault('what is stored stays in memory', 'browser/storage', ['  forgetStored(key)\n}', '}']),
  fault('a clock that was set back makes a wait longer', 'outbox', ['waited >= 0 && ', '']),
  fault('an event that became ready while a round ended has no timer', 'outbox', [
    '!hasRun || listReady()[0]',
    '!hasRun',
  ]),
  fault('a refusal that is taken back at once is not heeded', 'gate', [
    "      if (permission() === 'denied') refuse()\n",
    '',
  ]),
  fault('an attempt that ends hides another one of its key', 'outbox', [
    'flying.splice(flying.indexOf(key), 1)',
    'flying.splice(0, 99, ...flying.filter((other) => other !== key))',
  ]),
  fault('a page that goes leaves its later attempt under way', 'outbox', [
    '  abortLater()\n  endRound?.()',
    '  endRound?.()',
  ]),
]
