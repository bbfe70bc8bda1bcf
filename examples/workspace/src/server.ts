import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { tidesOfDay } from './tide-table.ts'

const route = /^\/stations\/([a-z-]+)\/tides$/

createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const station = route.exec(url.pathname)?.[1]
  const answer = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (station === undefined) return answer(404, { code: 'not_found' })

  const day = new Date(url.searchParams.get('date') ?? Date.now())
  if (Number.isNaN(day.getTime())) return answer(400, { code: 'bad_date' })

  const file = await readFile(`stations/${station}.json`, 'utf8').catch(() => undefined)
  if (file === undefined) return answer(404, { code: 'unknown_station', station })
  const { datum, mean, constituents } = JSON.parse(file)
  if (datum === undefined) return answer(422, { code: 'no_datum', station })
  return answer(200, { station, datum, tides: tidesOfDay(mean, constituents, day) })
}).listen(8080)
