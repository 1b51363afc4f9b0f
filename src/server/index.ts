export type { Action, ActionType, CustomerAction, UtmParameters } from '../contract/customer-action'
export { customerAction, type ActionDetails } from './action'
export { campaignCookie, readCampaign, type CookieOptions } from './cookie'
