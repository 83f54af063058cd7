/** Samples of live figures as pages keep and draw them. */

/** Samples kept in a page: as many as the server remembers. */
export const SAMPLES_MAX = 300

/** With one more at the end, unless it is there already. */
export function withSample<T extends { readonly atMs: number }>(
  samples: readonly T[],
  sample: T,
): readonly T[] {
  const lastMs = samples.at(-1)?.atMs ?? -Infinity
  return sample.atMs <= lastMs ? samples : [...samples, sample].slice(-SAMPLES_MAX)
}

/** Seconds since 1970, as plots want them. */
export function timesOf(samples: readonly { readonly atMs: number }[]): readonly number[] {
  return samples.map(({ atMs }) => atMs / 1000)
}

/** What a count that only grows gained per second, from one sample to the next. */
export function ratesOf<T extends { readonly atMs: number }>(
  samples: readonly T[],
  count: (sample: T) => number,
): readonly (number | null)[] {
  return samples.map((sample, index) => {
    const before = samples[index - 1]
    if (before === undefined) return null
    return ((count(sample) - count(before)) * 1000) / (sample.atMs - before.atMs)
  })
}
