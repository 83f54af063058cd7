/**
 * The public page of a shared battle, `/m/{code}`, and its card: what other sites read for a
 * preview (Open Graph), and what a person sees who follows the link. Says nothing of anybody but
 * the player who shares it.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'

import type { SharedMatch } from '../services/matches/match-desk.ts'
import {
  CARD_HEIGHT,
  CARD_WIDTH,
  describeCard,
  drawCard,
  escapeXml,
} from '../services/matches/match-card.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'

/** What the page stands on. */
export interface SharedMatchPorts {
  /** The battle behind a code; throws `not_found` when there is none or it is not public. */
  readonly shared: (code: string) => Promise<SharedMatch>
  readonly drawPicture: (key: string, svg: () => string) => Promise<Uint8Array>
  readonly publicUrl: () => string
}

const CSP =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
const HEADERS = {
  'content-security-policy': CSP,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  // A player who takes the link back, or hides, must not be shown from a cache of ours.
  'cache-control': 'no-cache',
}

/** Adds page and card. */
export function addSharedMatchPage(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  ports: SharedMatchPorts,
): void {
  app.get('/m/:code', guards('GET /m/{code}'), (context) => answerPage(context, ports))
  app.get('/m/:code/card.png', guards('GET /m/{code}/card.png'), async (context) => {
    const code = context.req.param('code')
    const shared = await ports.shared(code)
    const picture = await ports.drawPicture(code, () => drawCard(shared))
    return new Response(new Uint8Array(picture), {
      headers: { ...HEADERS, 'content-type': 'image/png' },
    })
  })
}

async function answerPage(
  context: Context<HttpEnv, '/m/:code'>,
  { shared, publicUrl }: SharedMatchPorts,
): Promise<Response> {
  const code = context.req.param('code')
  const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }
  try {
    const page = drawPage(await shared(code), `${publicUrl()}/m/${encodeURIComponent(code)}`)
    return new Response(page, { headers })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error
    return new Response(drawNothing(), { status: 404, headers })
  }
}

/** Else a browser asks for one that is not there. */
const ICON = '<link rel="icon" href="data:,">'
const STYLE = `body{margin:0;background:#0d1622;color:#e8eef5;font:16px/1.5 system-ui,sans-serif;\
display:grid;place-items:center;min-height:100vh}main{max-width:1200px;width:calc(100% - 32px);\
padding:24px 0}img{width:100%;height:auto;border-radius:12px;display:block}\
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:16px;margin:24px 0}\
dt{color:#9db0c4;font-size:13px}dd{margin:0;font-size:24px;font-weight:600}\
a.play{display:inline-block;background:#ffd166;color:#10202f;font-weight:700;padding:12px 24px;\
border-radius:8px;text-decoration:none}a.play:focus-visible{outline:3px solid #fff}`

function drawPage(shared: SharedMatch, url: string): string {
  const { player } = shared
  const title = escapeXml(`${player.name} in Battalion`)
  const text = escapeXml(describeCard(shared))
  const card = escapeXml(`${url}/card.png`)
  const figures: readonly (readonly [string, string | number])[] = [
    ['Points', player.score],
    ['Kills', player.kills],
    ['Deaths', player.deaths],
    ['Assists', player.assists],
    ['Captures', player.captures],
    ['Revives', player.revives],
    ['Damage', player.damageDone],
    ['Minutes', Math.round(player.playedSec / 60)],
  ]
  const rows = figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>${ICON}
<meta name="description" content="${text}"><meta property="og:type" content="website">
<meta property="og:site_name" content="Battalion"><meta property="og:title" content="${title}">
<meta property="og:description" content="${text}">
<meta property="og:url" content="${escapeXml(url)}">
<meta property="og:image" content="${card}"><meta property="og:image:type" content="image/png">
<meta property="og:image:width" content="${CARD_WIDTH}">
<meta property="og:image:height" content="${CARD_HEIGHT}">
<meta property="og:image:alt" content="${text}">
<meta name="twitter:card" content="summary_large_image"><style>${STYLE}</style></head>
<body><main><img src="${card}" width="${CARD_WIDTH}" height="${CARD_HEIGHT}" alt="${text}">
<dl>${rows.join('')}</dl><a class="play" href="/">Play Battalion</a></main></body></html>`
}

function drawNothing(): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Not found</title>${ICON}
<style>${STYLE}</style></head><body><main><h1>There is no such battle</h1>
<p>The link was taken back, or its player does not want to be seen.</p>
<a class="play" href="/">Play Battalion</a></main></body></html>`
}
