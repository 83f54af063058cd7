/** Entry of the console: finds out who is signed in and shows what that person may. */
import { render } from 'preact'

import './console.css'
import { Console } from './console.tsx'

const root = document.querySelector('#console')
if (root !== null) render(<Console />, root)
