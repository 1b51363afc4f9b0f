import type { LaunchOptions } from 'playwright'

export type Engine = {
  readonly name: 'chromium' | 'firefox' | 'webkit'
  readonly title: string
  readonly path: string | undefined
  readonly webdriver: boolean
  readonly launchOptions: LaunchOptions
}

export declare const findEngines: () => readonly Engine[]
