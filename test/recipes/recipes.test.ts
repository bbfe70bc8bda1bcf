import { serverMajors } from '../support/real-server.js'
import { describeRecipes } from './describe-recipes.js'

describeRecipes(serverMajors.at(-1)!, { all: Boolean(process.env.DRIFTPIN_FULL) })
