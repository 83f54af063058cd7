// Starts Swagger UI on our own document, light or dark as the reader's system is. No inline script,
// so that the page's policy need not allow any. The token that is typed in stays in memory.
const wantsDark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', wantsDark.matches)
follow()
wantsDark.addEventListener('change', follow)

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
})
