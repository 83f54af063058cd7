/** Names for bots that read like names; the same number always gives the same name. */
import { createPrng, nextBelow } from '@battalion/base/prng.ts'

const FIRST = (
  'Ada Akira Alba Amir Anouk Arno Bela Bram Carla Chidi Clio Dara Deniz Edda Elif Emil ' +
  'Enzo Esme Farah Femi Finn Gita Greta Hana Hugo Ida Imani Ines Ivo Jana Joon Juno Kaya ' +
  'Kofi Lena Liam Lio Luz Mads Maya Milo Mina Nadia Nico Nils Noor Olga Omar Otto Paz Pia ' +
  'Quinn Rafa Ravi Rosa Sami Selma Sven Tara Teo Tove Uma Vera Wim Yara Yuki Zoe'
).split(' ')
const LAST = (
  'Abel Adler Alves Asante Bauer Berg Blom Bosch Brandt Chen Costa Cruz Dahl Demir Diaz ' +
  'Diop Ekman Faure Fischer Gallo Haas Haddad Hansen Horvat Ito Janssen Kaur Khan Kovac ' +
  'Kruse Lang Leroy Lima Lund Maas Marin Meyer Mori Moreau Nagy Novak Okoye Olsen Park ' +
  'Petit Popov Reyes Ricci Rossi Roy Sato Silva Simon Singh Stein Tanaka Torres Vega Vogel ' +
  'Weber'
).split(' ')

/** Name of bot `number` in the crowd of `seed`; at most 20 characters. */
export function botName(seed: number, number: number): string {
  const dice = createPrng((seed * 0x9e3779b1 + number) >>> 0)
  const first = FIRST[nextBelow(dice, FIRST.length)]!
  return `${first} ${LAST[nextBelow(dice, LAST.length)]!}`
}
