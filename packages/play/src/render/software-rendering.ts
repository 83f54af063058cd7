/**
 * Tells whether WebGL is drawn by the processor (no graphics card, virtual machines, tests): there,
 * smooth edges and fine pixels cost more than they give.
 */

/** True when the browser says so, or says nothing at all. */
export function isSoftwareRendered(): boolean {
  const probe = document.createElement('canvas').getContext('webgl2')
  if (probe === null) return true
  const info = probe.getExtension('WEBGL_debug_renderer_info')
  const name = info === null ? '' : String(probe.getParameter(info.UNMASKED_RENDERER_WEBGL))
  probe.getExtension('WEBGL_lose_context')?.loseContext()
  return /swiftshader|llvmpipe|software|basic render/i.test(name)
}
