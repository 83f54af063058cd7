/**
 * The HTTP API by its OpenAPI document: every path, parameter, body and answer is typed, from
 * `api-types.ts` (`npm run api`). Sends the access token where a route takes one, renews it once
 * when it is refused, gives routes that cost an Idempotency-Key, and throws ApiError for whatever
 * is not 2xx. Runs in browsers and Node.
 */
import createFetchClient from 'openapi-fetch'
import type { MaybeOptionalInit } from 'openapi-fetch'
import type {
  HttpMethod,
  PathsWithMethod,
  RequiredKeysOf,
  ResponseObjectMap,
  SuccessResponse,
} from 'openapi-typescript-helpers'

import { toApiError, unreachable } from './api-error.ts'
import { createMemoryTokens, createRequestKey, TokenRenewal } from './api-tokens.ts'
import type { TokenSource, TokenStore } from './api-tokens.ts'
import { KEYED_ROUTES, OPEN_ROUTES } from './api-types.ts'
import type { paths } from './api-types.ts'
import { trimUrl } from './session.ts'

/**
 * What a successful call gives; undefined where the answer has no body (204). Not what
 * openapi-fetch makes of it: that loses the elements of readonly lists.
 */
type Data<Asked extends Record<string | number, unknown>> = [
  SuccessResponse<ResponseObjectMap<Asked>>,
] extends [never]
  ? undefined
  : SuccessResponse<ResponseObjectMap<Asked>>

/** Left out where nothing in it is required; a field that the route does not have is an error. */
type InitParam<I> = RequiredKeysOf<I> extends never ? [I?] : [I]

/** A method of the API: `get('/v1/me')`, `post('/v1/friends', { body: { … } })`. */
type ApiMethod<M extends HttpMethod> = <
  P extends PathsWithMethod<paths, M>,
  I extends MaybeOptionalInit<paths[P], M>,
>(
  path: P,
  ...init: InitParam<I>
) => Promise<Data<Operation<P, M>>>

type Operation<P extends keyof paths, M extends HttpMethod> = paths[P] extends {
  readonly [method in M]: infer Found
}
  ? Found extends Record<string | number, unknown>
    ? Found
    : never
  : never

/** How a client is made. */
export interface ApiClientOptions {
  /** Where the server is, such as `http://localhost:2567`. */
  readonly baseUrl: string
  /** Where the tokens are kept; in memory when absent. */
  readonly tokens?: TokenStore
  /** A newer access token than a refused one; the pair of `tokens` is exchanged when absent. */
  readonly renewal?: TokenSource
  /** Sent with every request, such as `accept-language`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The API of one server, for one user. */
export interface ApiClient {
  readonly baseUrl: string
  /** Write what signing in answered here; read it to join rooms. */
  readonly tokens: TokenStore
  readonly get: ApiMethod<'get'>
  readonly post: ApiMethod<'post'>
  readonly put: ApiMethod<'put'>
  readonly patch: ApiMethod<'patch'>
  readonly delete: ApiMethod<'delete'>
}

/** A client of the server at `baseUrl`. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const baseUrl = trimUrl(options.baseUrl)
  const tokens = options.tokens ?? createMemoryTokens()
  const renewal: TokenSource = options.renewal ?? new TokenRenewal(baseUrl, tokens)
  const { request } = createFetchClient<paths>({
    baseUrl,
    // Looked up at each call: tests and pages may put another one there.
    fetch: (asked) => globalThis.fetch(asked),
    headers: options.headers ?? {},
  })
  const send = request as unknown as Send
  const methodOf = <M extends HttpMethod>(method: M): ApiMethod<M> => {
    const call = async (path: string, init: Init = {}): Promise<unknown> => {
      const key = `${method.toUpperCase()} ${path}`
      const keyed = withRequestKey(key, init)
      const token = OPEN_ROUTES.has(key) ? undefined : tokens.read()?.accessToken
      const first = await ask(send, { method, path, init: keyed, token, baseUrl })
      if (first.response.status !== 401 || token === undefined) return dataOf(first)
      const fresh = await renewal.renew(token)
      if (fresh === undefined) return dataOf(first)
      return dataOf(await ask(send, { method, path, init: keyed, token: fresh, baseUrl }))
    }
    return call as unknown as ApiMethod<M>
  }
  return {
    baseUrl,
    tokens,
    get: methodOf('get'),
    post: methodOf('post'),
    put: methodOf('put'),
    patch: methodOf('patch'),
    delete: methodOf('delete'),
  }
}

/** What a caller gives beside the path, as far as it is looked at here. */
interface Init {
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: { readonly header?: Readonly<Record<string, unknown>> }
}

type Send = (method: string, path: string, init: Init) => Promise<Answer>

interface Answer {
  readonly data?: unknown
  readonly error?: unknown
  readonly response: Response
}

/** A key of the caller's own makes repetitions by himself one request; else this call has one. */
function withRequestKey(route: string, init: Init): Init {
  if (!KEYED_ROUTES.has(route)) return init
  const header = { 'idempotency-key': createRequestKey(), ...init.params?.header }
  return { ...init, params: { ...init.params, header } }
}

async function ask(
  send: Send,
  call: { method: string; path: string; init: Init; token: string | undefined; baseUrl: string },
): Promise<Answer> {
  const { method, path, init, token, baseUrl } = call
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  try {
    return await send(method, path, { ...init, headers: { ...authorization, ...init.headers } })
  } catch (cause) {
    throw unreachable(cause, `${baseUrl}${path}`)
  }
}

function dataOf({ data, error, response }: Answer): unknown {
  if (response.ok) return data
  throw toApiError(response, error)
}
