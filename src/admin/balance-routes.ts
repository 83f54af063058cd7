/**
 * `/v1/admin/balances`: versions of the balance. Drafts are made from a version, edited file by
 * file under their revision, validated, compared and published; published ones stand for ever.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import { NO_CONTENT } from '../http/account-schemas.ts'
import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import type { BalanceDesk } from '../services/balance/balance-desk.ts'
import { answer, body, OPERATOR_READ_SECURITY, OPERATOR_SECURITY } from './admin-schemas.ts'
import { Reason, STAFF_CHANGE_ANSWERS as ANSWERS } from './admin-schemas.ts'

const NOTE_CHARS_MAX = 200
const FILES_MAX = 100

const Version = z
  .string()
  .regex(/^[a-z0-9.-]{1,64}$/)
  .openapi({ example: 'draft-1' })
const Params = z.object({ version: Version })
const Note = z.string().trim().max(NOTE_CHARS_MAX)
const Revision = z.int().min(1)
const Moment = z.iso.datetime().nullable()
const Summary = z
  .object({
    version: z.string(),
    state: z.enum(['shipped', 'draft', 'published']),
    base: z.string().nullable(),
    note: z.string(),
    revision: z.number().int(),
    bytes: z.number().int(),
    createdAt: Moment,
    updatedAt: Moment,
    publishedAt: Moment,
    reason: z.string().nullable(),
    isPlayed: z.boolean().openapi({ description: 'New battles are played with it' }),
    isBroken: z.boolean().openapi({ description: 'This program cannot parse it any more' }),
  })
  .openapi('BalanceVersion')
const Content = Summary.extend({ files: z.record(z.string(), z.unknown()) }).openapi(
  'BalanceContent',
)
const Fault = z
  .object({ file: z.string(), path: z.string(), complaint: z.string() })
  .openapi('BalanceFault')
const Change = z
  .object({
    file: z.string(),
    path: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .openapi('BalanceChange')
const Diff = z
  .object({ against: z.string(), changes: z.array(Change), isCut: z.boolean() })
  .openapi('BalanceDiff')
const DraftRequest = z
  .strictObject({ base: Version, note: Note.default('') })
  .openapi('BalanceDraftRequest')
const EditRequest = z
  .strictObject({
    revision: Revision,
    note: Note.optional(),
    files: z
      .record(z.string(), z.unknown())
      .refine((files) => Object.keys(files).length <= FILES_MAX)
      .openapi({ description: 'Whole files by path; null takes one out, others stay' }),
  })
  .openapi('BalanceEditRequest')
const PublishRequest = z
  .strictObject({
    revision: Revision,
    replaces: Version.openapi({ description: 'The version that is played now' }),
    reason: Reason,
  })
  .openapi('BalancePublishRequest')

type App = OpenAPIHono<HttpEnv>

/** Adds the routes to `app`. */
export function addBalanceVersionRoutes(app: App, guards: GuardsFor, desk: BalanceDesk): void {
  addReads(app, guards, desk)
  addLooks(app, guards, desk)
  addDrafts(app, guards, desk)
  addPublish(app, guards, desk)
}

function addReads(app: App, guards: GuardsFor, desk: BalanceDesk): void {
  const list = createRoute({
    method: 'get',
    path: '/v1/admin/balances',
    summary: 'Versions of the balance: drafts, published ones, the shipped one',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/balances')] as const,
    responses: {
      200: answer('The versions', z.object({ versions: z.array(Summary) }).openapi('Balances')),
      ...ANSWERS,
    },
  })
  app.openapi(list, async (context) => context.json({ versions: await desk.list() }, 200))
  const read = createRoute({
    method: 'get',
    path: '/v1/admin/balances/{version}',
    summary: 'A version with its files',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/balances/{version}')] as const,
    request: { params: Params },
    responses: { 200: answer('The version', Content), ...ANSWERS },
  })
  app.openapi(read, async (context) =>
    context.json(await desk.read(context.req.valid('param').version), 200),
  )
}

function addLooks(app: App, guards: GuardsFor, desk: BalanceDesk): void {
  const validate = createRoute({
    method: 'post',
    path: '/v1/admin/balances/{version}/validate',
    summary: 'Everything that keeps a version from being played',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/balances/{version}/validate')] as const,
    request: { params: Params },
    responses: {
      200: answer('Its faults', z.object({ faults: z.array(Fault) }).openapi('BalanceFaults')),
      ...ANSWERS,
    },
  })
  app.openapi(validate, async (context) => {
    const faults = await desk.validate(context.req.valid('param').version)
    return context.json({ faults: [...faults] }, 200)
  })
  const diff = createRoute({
    method: 'get',
    path: '/v1/admin/balances/{version}/diff',
    summary: 'What differs from another version; from its base when none is named',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/balances/{version}/diff')] as const,
    request: { params: Params, query: z.object({ against: Version.optional() }) },
    responses: { 200: answer('The changes', Diff), ...ANSWERS },
  })
  app.openapi(diff, async (context) => {
    const { version } = context.req.valid('param')
    const { against } = context.req.valid('query')
    const found = await desk.diff({ version, ...(against === undefined ? {} : { against }) })
    return context.json({ ...found, changes: [...found.changes] }, 200)
  })
}

function addDrafts(app: App, guards: GuardsFor, desk: BalanceDesk): void {
  const create = createRoute({
    method: 'post',
    path: '/v1/admin/balances',
    summary: 'Make a draft from a version',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/balances')] as const,
    request: { body: body(DraftRequest) },
    responses: { 201: answer('The draft', Summary), ...ANSWERS },
  })
  app.openapi(create, async (context) =>
    context.json(await desk.create(context.get('trail'), context.req.valid('json')), 201),
  )
  const edit = createRoute({
    method: 'put',
    path: '/v1/admin/balances/{version}',
    summary: 'Replace files of a draft that is still at this revision',
    security: OPERATOR_SECURITY,
    middleware: [guards('PUT /v1/admin/balances/{version}')] as const,
    request: { params: Params, body: body(EditRequest) },
    responses: { 200: answer('The draft', Summary), ...ANSWERS },
  })
  app.openapi(edit, async (context) => {
    const { version } = context.req.valid('param')
    const { note, ...rest } = context.req.valid('json')
    const named = note === undefined ? {} : { note }
    const made = await desk.edit(context.get('trail'), { version, ...rest, ...named })
    return context.json(made, 200)
  })
  const discard = createRoute({
    method: 'delete',
    path: '/v1/admin/balances/{version}',
    summary: 'Throw a draft away',
    security: OPERATOR_SECURITY,
    middleware: [guards('DELETE /v1/admin/balances/{version}')] as const,
    request: { params: Params },
    responses: { 204: NO_CONTENT, ...ANSWERS },
  })
  app.openapi(discard, async (context) => {
    await desk.remove(context.get('trail'), context.req.valid('param').version)
    return context.body(null, 204)
  })
}

function addPublish(app: App, guards: GuardsFor, desk: BalanceDesk): void {
  const publish = createRoute({
    method: 'post',
    path: '/v1/admin/balances/{version}/publish',
    summary: 'Make a draft the version that new battles are played with',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/balances/{version}/publish')] as const,
    request: { params: Params, body: body(PublishRequest) },
    responses: { 200: answer('The version, under its number', Summary), ...ANSWERS },
  })
  app.openapi(publish, async (context) => {
    const { version } = context.req.valid('param')
    const wish = { version, ...context.req.valid('json') }
    return context.json(await desk.publish(context.get('trail'), wish), 200)
  })
}
