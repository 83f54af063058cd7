/**
 * What a process says to PostgreSQL, written down and said once more by `pg` alone: the same
 * statements with the same values in the same order per connection, to a database that stands as
 * the first one stood. What that costs is the floor of whatever stands above the driver.
 */
import { Client, Pool } from 'pg'
import type { PoolClient } from 'pg'

interface Statement {
  readonly sql: string
  readonly values: unknown[]
}

type Query = (this: object, ...args: unknown[]) => unknown

/** Statements of one connection, oldest first. */
type Course = Statement[]

export class StatementRecorder {
  readonly #floor: Pool
  readonly #floorClients: PoolClient[] = []
  readonly #ours = new Set<object>()
  #courses = new Map<object, Course>()
  #count = 0

  /** From now on everything that any `pg` client of this process is asked is written down. */
  constructor(floorUrl: string) {
    this.#floor = new Pool({ connectionString: floorUrl, max: 32 })
    const prototype = Client.prototype as unknown as { query: Query }
    const { query } = prototype
    const note = (client: object, sql: unknown, values: unknown) => this.#note(client, sql, values)
    prototype.query = function (this: object, ...args: unknown[]) {
      note(this, args[0], args[1])
      return Reflect.apply(query, this, args)
    }
  }

  /** Statements since `clear`. */
  get count(): number {
    return this.#count
  }

  clear(): void {
    this.#courses = new Map()
    this.#count = 0
  }

  /** Connects as many clients as the last recording had, so that connecting is not measured. */
  async prepare(): Promise<void> {
    while (this.#floorClients.length < this.#courses.size) {
      const client = await this.#floor.connect()
      this.#ours.add(client)
      this.#floorClients.push(client)
    }
  }

  /** Says all of it again; answers how many statements failed. */
  async replay(): Promise<number> {
    const courses = [...this.#courses.values()]
    const failures = await Promise.all(
      courses.map((course, index) => replayCourse(this.#floorClients[index]!, course)),
    )
    return failures.reduce((sum, each) => sum + each, 0)
  }

  /** Rows that were there before anything was written down. */
  async copyRows(from: string, table: string): Promise<void> {
    const source = new Client({ connectionString: from })
    this.#ours.add(source)
    await source.connect()
    const { rows } = await source.query<{ row: string }>(
      `select row_to_json(each)::text as row from ${table} as each`,
    )
    await source.end()
    const client = await this.#floor.connect()
    this.#ours.add(client)
    for (const { row } of rows) {
      await client.query(
        `insert into ${table} select * from json_populate_record(null::${table}, $1)`,
        [row],
      )
    }
    client.release()
  }

  #note(client: object, sql: unknown, values: unknown): void {
    if (typeof sql !== 'string' || this.#ours.has(client)) return
    this.#count++
    const statement = { sql, values: Array.isArray(values) ? (values as unknown[]) : [] }
    const course = this.#courses.get(client)
    if (course === undefined) this.#courses.set(client, [statement])
    else course.push(statement)
  }
}

async function replayCourse(client: PoolClient, course: Course): Promise<number> {
  let failures = 0
  for (const { sql, values } of course) {
    try {
      await client.query(sql, values)
    } catch {
      failures++
    }
  }
  return failures
}
