import type { LaunchOptions } from 'playwright'

export type Engine = {
  readonly name: 'chromium' | 'firefox' | 'webkit'
  readonly title: string
  readonly path: string | undefined
  /** The same engine without a window around the page, nor a back/forward cache. */
  readonly shell: string | undefined
  readonly webdriver: boolean
  readonly launchOptions: LaunchOptions
}

export declare const findEngines: () => readonly Engine[]
