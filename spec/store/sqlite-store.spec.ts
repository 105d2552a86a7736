import { sqliteLedger } from '../support/stores.js'
import { describeStore } from './conformance.js'

describeStore('sqlite', sqliteLedger)
