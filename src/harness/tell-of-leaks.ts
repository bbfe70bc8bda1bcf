import { DriftpinError } from '../errors.js'

/**
 * Says what a test left open.
 *
 * @param where Where its database was kept, in words.
 * @throws DriftpinError `test_leaked`, unless it is only to warn.
 */
export function tellOfLeaks(
  leaks: 'fail' | 'warn' | 'off',
  name: string,
  left: string[],
  where = '',
): void {
  const message = `${name} ended with ${left.join('\nand with ')}\n${where}`
  if (leaks === 'warn') {
    console.warn(message)
    return
  }
  throw new DriftpinError(
    'test_leaked',
    `${message}\nEnd it in the test, or pass leaks: 'warn' or 'off'.`,
    { left },
  )
}
