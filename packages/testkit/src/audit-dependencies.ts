/**
 * What the registry knows against the packages that are installed (SEC-1). Judges the answer of
 * `npm audit`: known weaknesses from `high` on fail, unless they are listed with a reason and a day
 * on which the reason is over; without an answer nothing is judged, and that is said.
 */

/** A weakness that is known and borne for a while. */
export interface BorneAdvisory {
  /** GHSA id. */
  readonly id: string
  readonly reason: string
  /** ISO day; from then on it fails. */
  readonly until: string
}

/** What came of it; `notes` are told also where all is well. */
export interface AuditOutcome {
  readonly ok: boolean
  readonly failures: readonly string[]
  readonly notes: readonly string[]
}

const FAILING = new Set(['high', 'critical'])

interface Advisory {
  readonly title: string
  readonly url: string
  readonly severity: string
}

/** Judges what `npm audit --json` printed. */
export function judgeAudit(
  output: string,
  { borne, today }: { readonly borne: readonly BorneAdvisory[]; readonly today: string },
): AuditOutcome {
  const vulnerabilities = readVulnerabilities(output)
  if (vulnerabilities === undefined) {
    const note = 'the registry gave no advisories (offline?): dependencies were not judged'
    return { ok: true, failures: [], notes: [note] }
  }
  const failures: string[] = []
  const notes: string[] = []
  for (const { title, url, severity } of vulnerabilities) {
    const id = url.slice(url.lastIndexOf('/') + 1)
    const known = borne.find((one) => one.id === id)
    const text = `${severity}: ${title} (${url})`
    if (known !== undefined && known.until > today) {
      notes.push(`${text}; borne until ${known.until}: ${known.reason}`)
    } else if (FAILING.has(severity)) failures.push(text)
    else notes.push(text)
  }
  return { ok: failures.length === 0, failures, notes }
}

/** Each advisory once; undefined when the output is no report. */
function readVulnerabilities(output: string): Advisory[] | undefined {
  let report: unknown
  try {
    report = JSON.parse(output)
  } catch {
    return undefined
  }
  if (typeof report !== 'object' || report === null || !('vulnerabilities' in report)) {
    return undefined
  }
  const packages = Object.values(report.vulnerabilities as Record<string, { via: unknown[] }>)
  const advisories = packages.flatMap(({ via }) =>
    via.filter((one): one is Advisory => typeof one === 'object' && one !== null && 'url' in one),
  )
  return [...new Map(advisories.map((one) => [one.url, one])).values()]
}
