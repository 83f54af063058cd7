/** Small things that pages are made of: a heading with its buttons, facts, badges, times. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

/** The head of a page; the tab has its title too. */
export function PageHead(props: {
  readonly title: string
  readonly text?: string
  readonly children?: ComponentChildren
}) {
  useEffect(() => void (document.title = `${props.title} · Battalion console`), [props.title])
  return (
    <div class="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.text !== undefined && <p class="soft">{props.text}</p>}
      </div>
      <div class="row">{props.children}</div>
    </div>
  )
}

/** A part of a page with its heading. */
export function Card(props: {
  readonly title: string
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}) {
  return (
    <section class="card" aria-label={props.title}>
      <div class="page-head">
        <h2>{props.title}</h2>
        <div class="row">{props.actions}</div>
      </div>
      {props.children}
    </section>
  )
}

/** Names and values. */
export function Facts({ of }: { of: Readonly<Record<string, ComponentChildren>> }) {
  return (
    <dl class="facts">
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** One big number with its name. */
export function Tile(props: {
  readonly name: string
  readonly value: ComponentChildren
  readonly note?: string
  readonly isBad?: boolean
}) {
  return (
    <div class={`tile${props.isBad === true ? ' bad' : ''}`}>
      <span class="soft">{props.name}</span>
      <strong>{props.value}</strong>
      {props.note !== undefined && <small>{props.note}</small>}
    </div>
  )
}

/** A word in a colour that means something; the word says it too. */
export function Badge(props: {
  readonly text: string
  readonly tone?: 'good' | 'bad' | 'warn' | 'plain'
}) {
  return <span class={`badge ${props.tone ?? 'plain'}`}>{props.text}</span>
}

/** A moment in the reader's own clock; the exact one on hover. */
export function Time({ at }: { at: string | null | undefined }) {
  if (at === null || at === undefined) return <span class="soft">–</span>
  return (
    <time dateTime={at} title={at}>
      {momentText(new Date(at))}
    </time>
  )
}

/** Breaks between day and time, never within: a narrow column has two lines of it, not four. */
function momentText(at: Date): string {
  const day = at.toLocaleDateString(undefined, { dateStyle: 'medium' })
  const time = at.toLocaleTimeString(undefined, { timeStyle: 'medium' })
  return [`${day},`, time].map((part) => part.replace(/\s/gu, '\u00a0')).join(' ')
}
