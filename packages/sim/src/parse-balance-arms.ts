/**
 * Reads weapons, abilities and classes. Files name each other's things by id; here the ids become
 * the indexes that go on the wire.
 */
import type { Ability, SoldierClass, Weapon, WeaponBase } from './balance.ts'
import { REWIND_MS_MAX, SOLDIER_SPEED_MPS_MAX, WEAPON_RANGE_METRES_MAX } from './limits.ts'
import type { BalanceFields, BalanceNode } from './parse-balance-node.ts'

/** Weapons, abilities, classes of one balance: indexes are u8 on the wire. */
const ENTRIES_MAX = 64
/** Highest hp and damage: hp is a u8. */
const HP_MAX = 255
/** Fastest weapon (1/min): one shot per step at 20 Hz. */
const ROUNDS_PER_MINUTE_MAX = 1200
const PELLETS_MAX = 16
const ROUNDS_MAX = 999
const DURATION_MS_MAX = 600_000
const RADIUS_METRES_MAX = 32
const FLIGHT_MPS_MAX = 200

/** Reads the entries of a list and refuses an id that comes twice. */
export function readEntries<Entry extends { readonly id: string }>(
  file: BalanceNode,
  key: string,
  read: (node: BalanceNode) => Entry,
): Entry[] {
  return file.record((fields) => {
    const entries: Entry[] = []
    for (const node of fields.get(key).list(1, ENTRIES_MAX)) {
      const entry = read(node)
      if (entry.id !== '' && entries.some((other) => other.id === entry.id)) {
        node.child('.id', entry.id).fail(`the id "${entry.id}" is taken`)
      }
      entries.push(entry)
    }
    return entries
  })
}

/** Index of the entry that an id names. */
function readReference(node: BalanceNode, entries: readonly { readonly id: string }[]): number {
  const id = node.id()
  const index = entries.findIndex((entry) => entry.id === id)
  const known = entries.map((entry) => entry.id).join(', ')
  return index >= 0 ? index : node.expected(`one of ${known}`, 0)
}

export function readWeapon(node: BalanceNode): Weapon {
  return node.record((fields) => {
    const kind = fields.get('kind').choice(['hitscan', 'projectile'])
    const base = readWeaponBase(fields)
    if (base.damageMin > base.damage) node.refuse('"damageMin" is above "damage"')
    if (base.falloffStartMetres > base.falloffEndMetres) {
      node.refuse('"falloffStartMetres" is above "falloffEndMetres"')
    }
    if (base.falloffEndMetres > base.rangeMetres) {
      node.refuse('"falloffEndMetres" is above "rangeMetres"')
    }
    if (kind === 'hitscan') return { kind, ...base }
    return {
      kind,
      ...base,
      speedMetresPerSec: fields.get('speedMetresPerSec').number(1, FLIGHT_MPS_MAX),
      lobbed: fields.get('lobbed').flag(),
      fuseMs: fields.get('fuseMs').number(0, DURATION_MS_MAX),
      blastRadiusMetres: fields.get('blastRadiusMetres').number(0, RADIUS_METRES_MAX),
      blastDamage: fields.get('blastDamage').number(0, HP_MAX),
    }
  })
}

function readWeaponBase(fields: BalanceFields): WeaponBase {
  return {
    id: fields.get('id').id(),
    name: fields.get('name').text(),
    damage: fields.get('damage').number(0, HP_MAX),
    damageMin: fields.get('damageMin').number(0, HP_MAX),
    falloffStartMetres: fields.get('falloffStartMetres').number(0, WEAPON_RANGE_METRES_MAX),
    falloffEndMetres: fields.get('falloffEndMetres').number(0, WEAPON_RANGE_METRES_MAX),
    rangeMetres: fields.get('rangeMetres').number(1, WEAPON_RANGE_METRES_MAX),
    roundsPerMinute: fields.get('roundsPerMinute').number(1, ROUNDS_PER_MINUTE_MAX),
    automatic: fields.get('automatic').flag(),
    pellets: fields.get('pellets').whole(1, PELLETS_MAX),
    magazineRounds: fields.get('magazineRounds').whole(1, ROUNDS_MAX),
    reserveRounds: fields.get('reserveRounds').whole(0, ROUNDS_MAX),
    reloadMs: fields.get('reloadMs').number(1, DURATION_MS_MAX),
    spreadDegrees: fields.get('spreadDegrees').number(0, 45),
    spreadMovingDegrees: fields.get('spreadMovingDegrees').number(0, 45),
    spreadCrouchRatio: fields.get('spreadCrouchRatio').number(0, 1),
    recoilDegreesPerShot: fields.get('recoilDegreesPerShot').number(0, 45),
    recoilDegreesMax: fields.get('recoilDegreesMax').number(0, 45),
    recoilRecoveryDegreesPerSec: fields.get('recoilRecoveryDegreesPerSec').number(0.1, 360),
    rewindMsMax: fields.get('rewindMsMax').number(0, REWIND_MS_MAX),
  }
}

export function readAbility(node: BalanceNode, weapons: readonly Weapon[]): Ability {
  return node.record((fields) => {
    const base = {
      id: fields.get('id').id(),
      name: fields.get('name').text(),
      cooldownMs: fields.get('cooldownMs').number(0, DURATION_MS_MAX),
    }
    const form = fields.get('form').choice(['grenade', 'heal', 'resupply', 'scan'])
    if (form === 'grenade') {
      const weapon = readReference(fields.get('weapon'), weapons)
      const ability = { ...base, form, weapon }
      if (weapons[weapon]?.kind === 'projectile' || fields.get('weapon').isFaulty) return ability
      return fields.get('weapon').expected('a weapon of kind projectile', ability)
    }
    const radiusMetres = fields.get('radiusMetres').number(0.5, RADIUS_METRES_MAX)
    if (form === 'heal') {
      return { ...base, form, radiusMetres, hp: fields.get('hp').whole(1, HP_MAX) }
    }
    if (form === 'scan') {
      const spottedMs = fields.get('spottedMs').number(1, DURATION_MS_MAX)
      return { ...base, form, radiusMetres, spottedMs }
    }
    const armour = fields.get('armour').whole(0, HP_MAX)
    return { ...base, form, radiusMetres, armour, magazines: fields.get('magazines').whole(0, 16) }
  })
}

/** What classes refer to. */
export interface ClassReferences {
  readonly weapons: readonly Weapon[]
  readonly abilities: readonly Ability[]
}

export function readClass(node: BalanceNode, references: ClassReferences): SoldierClass {
  return node.record((fields) => {
    const [primary, sidearm] = fields.get('weapons').list(2, 2)
    const soldierClass: SoldierClass = {
      id: fields.get('id').id(),
      name: fields.get('name').text(),
      hp: fields.get('hp').whole(1, HP_MAX),
      armour: fields.get('armour').whole(0, HP_MAX),
      defence: fields.get('defence').number(0, 90),
      walkMetresPerSec: fields.get('walkMetresPerSec').number(0.5, SOLDIER_SPEED_MPS_MAX),
      sprintRatio: fields.get('sprintRatio').number(1, 3),
      crouchRatio: fields.get('crouchRatio').number(0.1, 1),
      weapons: [
        readReference(primary!, references.weapons),
        readReference(sidearm!, references.weapons),
      ],
      ability: readReference(fields.get('ability'), references.abilities),
      reviveMs: fields.get('reviveMs').number(1, 60_000),
      reviveHp: fields.get('reviveHp').whole(1, HP_MAX),
    }
    const fastest = soldierClass.walkMetresPerSec * soldierClass.sprintRatio
    if (fastest > SOLDIER_SPEED_MPS_MAX) {
      node.refuse(`sprints at ${fastest} m/s, the limit is ${SOLDIER_SPEED_MPS_MAX}`)
    }
    if (soldierClass.reviveHp > soldierClass.hp) node.refuse('"reviveHp" is above "hp"')
    return soldierClass
  })
}
