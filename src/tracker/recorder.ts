import { ACTION_TYPES, type Action, type ActionType } from '../contract/customer-action'
import { currentCampaign } from './attribution'
import { writeTime } from './browser/clock'
import { log, report } from './browser/console'
import type { Call, GivenDetails } from './call'
import { corrected, readCustomerId, readId, writeEvent, type NewAction } from './event'
import { currentCustomer, forgetIdentity, identify, readIdentity } from './identity'
import { forgetJournal, readJournal, readRecorded, writeRecorded } from './journal'
import { addEvent, readWaiting } from './outbox'
import { settings } from './settings'

const DETAILS: readonly string[] = ['interactionId', 'customerId', 'subscriptionContractId']

/** A value that is no id is a mistake in the page: it is reported and left out. */
const checkId = (name: string, value: unknown, read = readId) => {
  const id = read(value)
  if (!id && value !== undefined) report(name, value, 'is no id; left out. Give a string or a number')
  return id
}

const record = (action: Action | NewAction, details: GivenDetails) => {
  for (const name of Object.keys(details))
    if (!DETAILS.includes(name)) report('detail', name, `does not exist; left out. Use ${DETAILS.join(', ')}`)
  checkId('interactionId', details.interactionId)
  const complete = corrected(action, {
    customerId:
      checkId('customerId', details.customerId, readCustomerId) ??
      action.customerId ??
      checkId('customerId', settings.customerId, readCustomerId) ??
      currentCustomer(),
    subscriptionContractId: checkId('subscriptionContractId', details.subscriptionContractId),
  })
  const event = writeEvent(complete)
  log('recorded', event)
  addEvent(complete, event)
  writeRecorded(action.interactionId, event)
}

/** Corrects the visitor's actions on this origin to the customer, once the customer is identified. */
const correctVisitor = () => {
  const { visitor, customer } = readIdentity()
  if (!customer) return
  for (const action of readJournal()) if (action.customerId === visitor) record(action, { customerId: customer })
}

const track = ({ subject, details, time, id }: Call) => {
  const type = subject as ActionType
  // After a `reset`, an action is still known while its `CREATED` waits.
  const known = (readRecorded(id) ?? readWaiting(id))?.interaction.type
  if (!ACTION_TYPES.includes(type))
    report('action', subject, `does not exist; not sent. Use ${ACTION_TYPES.join(', ')}`)
  else if (known && known !== type) report('interactionId', id, `is a ${known} already; not sent. Give another id`)
  else if (known) log(id, 'recorded already')
  else {
    const action = {
      interactionId: id,
      // Reserves the place of this key: events then have the key order of the contract's example.
      customerId: undefined,
      interaction: { type },
      utmParameters: settings.utmTypes.includes(type) ? currentCampaign() : undefined,
      createdAt: writeTime(time),
    }
    record(action, details)
  }
}

const update = ({ subject, details }: Call) => {
  const action = readRecorded(String(subject))
  if (action) record(action, details)
  else report('interactionId', subject, 'was not recorded here; not updated')
}

const identifyVisitor = ({ subject }: Call) => {
  const id = checkId('identify', subject ?? '', readCustomerId)
  if (id) identify(id)
  correctVisitor()
}

const reset = () => {
  forgetIdentity()
  forgetJournal()
}

/** The step of each call. `attribution`, which the stub queues too, has none: only its address is used. */
const STEPS: Readonly<Partial<Record<Call['name'], (call: Call) => void>>> = {
  page: correctVisitor,
  consent: correctVisitor,
  track,
  update,
  identify: identifyVisitor,
  reset,
}

/** Performs a call that may be performed. An action becomes an event, and is stored for later corrections. */
export const perform = (call: Call): void => {
  STEPS[call.name]?.(call)
}
