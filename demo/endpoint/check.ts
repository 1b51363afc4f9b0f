export const check = (url: string | undefined): Promise<boolean> => Promise.resolve(url !== undefined)
