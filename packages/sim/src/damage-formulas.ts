/**
 * The named formula forms of the balance, as pure functions. Numbers in, numbers out; rounding to
 * whole hp happens once, in damage.ts.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Formulas, Weapon } from './balance.ts'

/** Least damage a flat defence leaves. */
const FLAT_DAMAGE_MIN = 1

/** Damage of one pellet after flying `distanceMetres`. */
export function damageAtDistance(
  form: Formulas['falloff'],
  weapon: Weapon,
  distanceMetres: number,
): number {
  assert(distanceMetres >= 0, 'a shot flies forward')
  if (form.form === 'none' || distanceMetres <= weapon.falloffStartMetres) return weapon.damage
  if (distanceMetres >= weapon.falloffEndMetres) return weapon.damageMin
  const span = weapon.falloffEndMetres - weapon.falloffStartMetres
  assert(span > 0, 'falloff ends after it starts')
  const share = (distanceMetres - weapon.falloffStartMetres) / span
  return weapon.damage + (weapon.damageMin - weapon.damage) * share
}

/** Share of a blast's damage at a distance from its centre, 0..1. */
export function blastShare(
  form: Formulas['blast'],
  distanceMetres: number,
  radiusMetres: number,
): number {
  assert(radiusMetres > 0, 'a blast has a size')
  if (distanceMetres >= radiusMetres) return 0
  const left = 1 - distanceMetres / radiusMetres
  assert(left > 0 && left <= 1, 'a blast weakens with distance')
  return form.form === 'quadratic' ? left * left : left
}

/** What class defence leaves of a damage. */
export function damageAfterDefence(
  form: Formulas['defence'],
  damage: number,
  defence: number,
): number {
  if (damage <= 0) return 0
  assert(defence >= 0, 'defence never adds damage')
  if (form.form === 'percent') return damage * (1 - Math.min(defence, 100) / 100)
  return Math.max(damage - defence, Math.min(damage, FLAT_DAMAGE_MIN))
}

/** What armour takes away from a damage; with `absorb` it is used up by that much. */
export function damageInArmour(form: Formulas['armour'], damage: number, armour: number): number {
  assert(damage >= 0, 'armour meets no healing')
  assert(armour >= 0, 'armour is never owed')
  if (form.form === 'absorb') return Math.min(armour, Math.round(damage * form.ratio))
  return damage - (damage * form.k) / (form.k + armour)
}
