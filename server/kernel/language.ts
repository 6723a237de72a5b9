/** The two complete languages of the house. */
export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export const isLanguage = (text: unknown): text is Language => LANGUAGES.includes(text as Language)

/** A text in both languages, as settings and categories store it. */
export type Bilingual = { readonly 'zh-CN': string; readonly en: string }
