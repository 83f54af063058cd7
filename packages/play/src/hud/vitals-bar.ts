/**
 * The bottom row of a living player: health, armour, weapon, rounds, ability.
 */
import type { Vitals } from './hud-model.ts'
import { el, icon, ICONS, setClass, setStyle, setText } from './dom.ts'

export class VitalsBar {
  readonly root: HTMLElement
  readonly #hp = el('span', { class: 'vital-value' })
  readonly #hpBar = el('span', { class: 'vital-bar vital-bar-hp' })
  readonly #armour = el('span', { class: 'vital-value vital-small' })
  readonly #armourBar = el('span', { class: 'vital-bar vital-bar-armour' })
  readonly #className = el('span', { class: 'vital-class' })
  readonly #weapon = el('span', { class: 'ammo-weapon' })
  readonly #magazine = el('span', { class: 'ammo-magazine' })
  readonly #reserve = el('span', { class: 'ammo-reserve' })
  readonly #reload = el('span', { class: 'ammo-reload' })
  readonly #ability = el('div', { class: 'ability' })
  readonly #abilityName = el('span', { class: 'ability-name' })
  readonly #abilityWait = el('span', { class: 'ability-wait' })
  readonly #health: HTMLElement

  constructor() {
    this.#health = el(
      'div',
      { class: 'vitals panel', attributes: { role: 'group', 'aria-label': 'Health and armour' } },
      el('div', { class: 'vital' }, icon(ICONS.heart), this.#hp, this.#hpBar),
      el('div', { class: 'vital' }, icon(ICONS.shield), this.#armour, this.#armourBar),
      this.#className,
    )
    this.#ability.append(
      el('span', { class: 'ability-key', text: 'Q' }),
      this.#abilityName,
      this.#abilityWait,
    )
    const ammo = el(
      'div',
      { class: 'ammo panel', attributes: { role: 'group', 'aria-label': 'Weapon and ability' } },
      el('div', { class: 'ammo-row' }, this.#magazine, this.#reserve, this.#weapon),
      this.#reload,
      this.#ability,
    )
    this.root = el('div', { class: 'vitals-row' }, this.#health, ammo)
  }

  update(vitals: Vitals): void {
    setText(this.#hp, String(vitals.hp))
    setStyle(this.#hpBar, '--share', vitals.hpShare.toFixed(3))
    setText(this.#armour, String(vitals.armour))
    setStyle(this.#armourBar, '--share', vitals.armourShare.toFixed(3))
    setClass(this.#health, 'is-low', vitals.isLow)
    setText(this.#className, vitals.className)
    setText(this.#weapon, vitals.weaponName)
    setText(this.#magazine, vitals.magazine)
    setClass(this.#magazine, 'is-low', vitals.isMagazineLow)
    setText(this.#reserve, `/ ${vitals.reserve}`)
    setStyle(this.#reload, '--share', vitals.reloadShare.toFixed(3))
    setText(this.#abilityName, vitals.abilityName)
    setText(this.#abilityWait, vitals.abilityWait === '' ? 'ready' : vitals.abilityWait)
    setStyle(this.#ability, '--share', vitals.abilityShare.toFixed(3))
    setClass(this.#ability, 'is-ready', vitals.abilityWait === '')
  }
}
