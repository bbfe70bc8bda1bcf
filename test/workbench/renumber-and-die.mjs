// Renumbers a folder, and kills itself in place of its renaming of this number, counted from 0.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [room, directory, step] = process.argv.slice(2)
const { rename } = fs
let renamings = 0
fs.rename = async (...args) => {
  if (renamings === Number(step)) {
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => {})
  }
  renamings += 1
  await rename(...args)
}
syncBuiltinESMExports()
const { planRenumber } = await import(`${room}plan-renumber.js`)
const { applyRenumber } = await import(`${room}apply-renumber.js`)
await applyRenumber(await planRenumber({ directory }))
