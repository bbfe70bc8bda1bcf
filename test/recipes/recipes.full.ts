import { serverMajors } from '../support/real-server.js'
import { describeRecipes } from './describe-recipes.js'

describeRecipes(serverMajors[0], { all: true })
