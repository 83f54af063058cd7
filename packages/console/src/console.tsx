/** The whole page: who is signed in decides whether a door or the pages are shown. */
import { LocationProvider, Route, Router, useLocation } from 'preact-iso'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'

import { findSession, operatorApi, textOf } from './console-api.ts'
import type { Session } from './console-api.ts'
import { Toast } from './kit/toast.tsx'
import { OperatorContext, useOperator } from './operator.tsx'
import type { Operator } from './operator.tsx'
import { PAGES } from './pages.ts'
import type { PageEntry } from './pages.ts'
import { Enrol, FirstOperator, SignIn } from './sign-in.tsx'

/** Decides between door and pages. */
export function Console() {
  const [session, setSession] = useState<Session | undefined>()
  const [isLoading, setLoading] = useState(true)
  const [note, setNote] = useState<string | undefined>()
  const [first, setFirst] = useState(() => /^#first=([\w-]+)$/.exec(location.hash)?.[1])
  useEffect(() => {
    if (first !== undefined) history.replaceState(null, '', '/console')
    findSession()
      .then(setSession)
      .catch((error: unknown) => setNote(textOf(error)))
      .finally(() => setLoading(false))
  }, [])
  useEffect(() => {
    if (session === undefined) document.title = 'Battalion console'
  }, [session])
  const enter = (next: Session | undefined) => {
    setFirst(undefined)
    setNote(undefined)
    setSession(next)
  }
  const leave = (why: string) => {
    setSession(undefined)
    setNote(why)
  }
  if (isLoading) return <p role="status">Loading …</p>
  if (first !== undefined) return <FirstOperator token={first} onSession={enter} />
  if (session === undefined) return <SignIn onSession={enter} note={note} />
  if (session.isEnrolling) return <Enrol session={session} onSession={enter} />
  return <Pages session={session} leave={leave} />
}

function Pages({ session, leave }: { session: Session; leave: (why: string) => void }) {
  const operator = useMemo<Operator>(
    () => ({
      session,
      api: operatorApi(session),
      may: (permission) => (session.permissions as readonly string[]).includes(permission),
      onError: (error) => {
        if ((error as { code?: string }).code === 'unauthenticated') {
          leave('Your session has ended. Sign in again.')
        }
      },
    }),
    [session],
  )
  const pages = PAGES.filter(({ permission }) => operator.may(permission))
  return (
    <OperatorContext.Provider value={operator}>
      <LocationProvider>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <Side pages={pages} leave={leave} />
        <main id="content" tabIndex={-1}>
          <Router>
            {pages.map(({ path, component }) => (
              <Route key={path} path={path} component={component} />
            ))}
            <Route path="/console" component={() => <Home pages={pages} />} />
            <Route default component={Nowhere} />
          </Router>
        </main>
        <Toast />
      </LocationProvider>
    </OperatorContext.Provider>
  )
}

/** `/console` itself is the first page that the operator may see. */
function Home({ pages }: { pages: readonly PageEntry[] }) {
  const { route } = useLocation()
  const first = pages.find(({ label }) => label !== undefined)
  useEffect(() => {
    if (first !== undefined) route(first.path, true)
  }, [first])
  return first === undefined ? <p role="status">Your roles open no page.</p> : null
}

function Nowhere() {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        It may need a role that you do not have. <a href="/console">To the first page</a>
      </p>
    </>
  )
}

function Side(props: { pages: readonly PageEntry[]; leave: (why: string) => void }) {
  const { session, api, onError } = useOperator()
  const { path: here } = useLocation()
  const groups = [...new Set(props.pages.map(({ group }) => group))]
  const signOut = async () => {
    try {
      await api.delete('/v1/admin/session')
      props.leave('You are signed out.')
    } catch (error) {
      onError(error)
    }
  }
  const nav = useRef<HTMLElement>(null)
  const before = useRef(here)
  // On a phone the menu is wider than the window: the page that is open is shown in it.
  useEffect(() => {
    const link = nav.current?.querySelector('[aria-current]')
    link?.scrollIntoView({ block: 'nearest', inline: 'center' })
    // The link that led here went with its page: a keyboard goes on in the new one, not at the top.
    const isLost = before.current !== here && document.activeElement === document.body
    if (isLost) document.getElementById('content')?.focus({ preventScroll: true })
    before.current = here
  }, [here])
  const isHere = (path: string) => here === path || here.startsWith(`${path}/`)
  return (
    <header class="side">
      <strong class="brand">Battalion</strong>
      <nav ref={nav} aria-label="Pages">
        {groups.map((group) => (
          <div key={group} class="group">
            <span class="soft">{group}</span>
            {props.pages
              .filter((page) => page.group === group && page.label !== undefined)
              .map(({ path, label }) => (
                <a key={path} href={path} aria-current={isHere(path) ? 'page' : undefined}>
                  {label}
                </a>
              ))}
          </div>
        ))}
      </nav>
      <div class="who">
        <span>
          {session.name} <span class="roles">({session.roles.join(', ')})</span>
        </span>
        <button type="button" class="quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
    </header>
  )
}
