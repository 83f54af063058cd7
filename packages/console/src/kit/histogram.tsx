/** How often a thing took how long: a bar for each bucket, with the percentiles in words. */

const BAR_WIDTH = 10
const HEIGHT = 48

/** Bars of counts; the last is for what is beyond the highest bound. */
export function Histogram(props: {
  readonly title: string
  readonly boundsMs: readonly number[]
  readonly counts: readonly number[]
}) {
  const { title, boundsMs, counts } = props
  const total = counts.reduce((sum, count) => sum + count, 0)
  const most = Math.max(1, ...counts)
  const words =
    total === 0
      ? 'nothing counted'
      : `half ${within(0.5, boundsMs, counts)}, 99 % ${within(0.99, boundsMs, counts)}`
  return (
    <figure class="histogram">
      <figcaption>
        {title} <span class="soft">{words}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${counts.length * BAR_WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${words}, of ${total}`}
      >
        {counts.map((count, index) => {
          // What happened once in a thousand is still to be seen.
          const height = count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT)
          return (
            <rect
              key={index}
              x={index * BAR_WIDTH + 1}
              y={HEIGHT - height}
              width={BAR_WIDTH - 2}
              height={height}
            />
          )
        })}
      </svg>
      <div class="scale soft" aria-hidden="true">
        <span>≤ {boundsMs[0]} ms</span>
        <span>≤ {boundsMs[Math.floor(boundsMs.length / 2)]} ms</span>
        <span>&gt; {boundsMs.at(-1)} ms</span>
      </div>
    </figure>
  )
}

/** The bound of the bucket in which this share of all is reached. */
function within(share: number, boundsMs: readonly number[], counts: readonly number[]): string {
  const total = counts.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [index, count] of counts.entries()) {
    seen += count
    if (seen < total * share) continue
    const bound = boundsMs[index]
    return bound === undefined ? `> ${boundsMs.at(-1)} ms` : `≤ ${bound} ms`
  }
  return `> ${boundsMs.at(-1)} ms`
}
