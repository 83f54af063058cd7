/**
 * Texts of notifications and mails by language, as data (NTF-3): `templates/<language>.json`, the
 * same kinds in each. A value is put in as text and never read again, so a name with braces shows
 * its braces; values of mails lose line ends, so none can add a header or a paragraph.
 */
import { z } from 'zod'

import en from './templates/en.json' with { type: 'json' }
import ko from './templates/ko.json' with { type: 'json' }

const templateSchema = z.strictObject({
  title: z.string().min(1),
  text: z.string().min(1),
  mailSubject: z.string().min(1).optional(),
  mailText: z.string().min(1).optional(),
})
const languageSchema = z.record(z.string(), templateSchema)

/** Everything a notification can be about. */
export type NoticeKind = keyof typeof en
export const NOTICE_KINDS = Object.keys(en) as NoticeKind[]
/** What a template's braces name. */
export type NoticeValues = Readonly<Record<string, string>>

const LANGUAGES = { en: languageSchema.parse(en), ko: languageSchema.parse(ko) } as const
export type Language = keyof typeof LANGUAGES

/** Kinds that also have a mail. */
export const MAIL_KINDS: readonly string[] = Object.entries(LANGUAGES.en).flatMap(
  ([kind, { mailText }]) => (mailText === undefined ? [] : [kind]),
)

/** The language of a locale such as `ko-KR`; English where we have none. */
export function toLanguage(locale: string): Language {
  const [language = ''] = locale.toLowerCase().split(/[-_]/)
  return Object.hasOwn(LANGUAGES, language) ? (language as Language) : 'en'
}

/** What a client shows. */
export function renderNotice(
  kind: string,
  locale: string,
  values: NoticeValues,
): { readonly title: string; readonly text: string } {
  const template = LANGUAGES[toLanguage(locale)][kind]
  if (template === undefined) return { title: kind, text: '' }
  return { title: fill(template.title, values), text: fill(template.text, values) }
}

/** A mail's subject and text; undefined where the kind has no mail. */
export function renderMail(
  kind: string,
  locale: string,
  values: NoticeValues,
): { readonly subject: string; readonly text: string } | undefined {
  const { mailSubject, mailText } = LANGUAGES[toLanguage(locale)][kind] ?? {}
  if (mailSubject === undefined || mailText === undefined) return undefined
  return { subject: fill(mailSubject, values), text: fill(mailText, values) }
}

function fill(template: string, values: NoticeValues): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(values, name) ? oneLine(values[name]!) : '',
  )
}

function oneLine(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

/** The names in a template's braces; a test compares the languages by it. */
export function placeholdersOf(language: Language, kind: NoticeKind): string[] {
  const text = Object.values(LANGUAGES[language][kind] ?? {}).join(' ')
  return Array.from(new Set(Array.from(text.matchAll(/\{(\w+)\}/g), (match) => match[1]!))).sort()
}
