/**
 * A button that says when it works. It is not disabled meanwhile: a browser takes the focus from a
 * disabled button, and a keyboard would go on at the top of the page.
 */

/** `onClick` is left out where a form takes the click; nothing is done while it works. */
export function BusyButton(props: {
  readonly label: string
  readonly isBusy: boolean
  readonly isDanger?: boolean
  readonly onClick?: () => void
}) {
  const { label, isBusy, isDanger = false, onClick } = props
  return (
    <button
      type={onClick === undefined ? 'submit' : 'button'}
      class={isDanger ? 'danger' : ''}
      aria-disabled={isBusy}
      onClick={isBusy ? undefined : onClick}
    >
      {isBusy ? 'One moment …' : label}
    </button>
  )
}
