/** What a silence itself may be wrong about; nothing silences it. */
export const badSilence = {
  id: 'bad-silence',
  why: 'A silence that is wrong, or left over, hides the next mistake in its place.',
  instead:
    'Write "-- driftpin-lint: allow RULE because REASON" on a line of its own right before the ' +
    'place, or take it out.',
} as const
