/**
 * How much of its rate the far tier keeps while a battle is overloaded. One number for both ends:
 * the server slows down by it, the client glides so much more slowly from place to place.
 */

/** Share of the far tier's rate from overload step 1 on: a place every 2 s instead of every 0.5. */
export const FAR_SHARE_OVERLOADED = 0.25
