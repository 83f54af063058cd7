/** A table that becomes cards on a phone; its rows may be on their way, or none. */
import type { ComponentChildren } from 'preact'

import { Empty, Load } from './load-state.tsx'
import type { Loaded } from './use-load.ts'

/** One column. */
export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => ComponentChildren
  readonly isNumber?: boolean
}

/** Rows under a caption. */
export function DataTable<T>(props: {
  readonly caption: string
  readonly rows: Loaded<readonly T[]>
  readonly columns: readonly Column<T>[]
  readonly keyOf: (row: T) => string
  /** Said when there is no row. */
  readonly empty: string
}) {
  const { caption, rows, empty } = props
  return (
    <Load of={rows}>
      {(value) =>
        value.length === 0 ? (
          <Empty text={empty} />
        ) : (
          // Keyboards scroll what is wider than the window.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls
          <div class="table" role="region" aria-label={caption} tabIndex={0}>
            <Table {...props} value={value} />
          </div>
        )
      }
    </Load>
  )
}

function Table<T>(props: {
  readonly caption: string
  readonly value: readonly T[]
  readonly columns: readonly Column<T>[]
  readonly keyOf: (row: T) => string
}) {
  const { caption, value, columns, keyOf } = props
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ title, isNumber }) => (
            <th key={title} scope="col" class={isNumber === true ? 'number' : ''}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {value.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ title, cell, isNumber }) => (
              <td key={title} data-label={title} class={isNumber === true ? 'number' : ''}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
