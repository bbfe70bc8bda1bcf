import fc from 'fast-check'

/**
 * One of several arbitraries, each chosen as often as its weight says. A value shrinks to values of
 * the first.
 */
export const weighted = <T>(
  ...choices: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<T>])[]
): fc.Arbitrary<T> =>
  fc.oneof(
    { withCrossShrink: true },
    ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })),
  )
