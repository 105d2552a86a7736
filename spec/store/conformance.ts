import type { Ledger } from '../support/stores.js'
import type { StoreSession } from '../../lib/store/store.js'
import { describeCommitting } from './conformance/committing.js'
import { describeHistory } from './conformance/history.js'
import { describeJournal } from './conformance/journal.js'
import { describeKeys } from './conformance/keys.js'
import { describeLetters } from './conformance/letters.js'
import { describeOpening } from './conformance/opening.js'
import type { StoreScene } from './conformance/scene.js'
import { describeSettings } from './conformance/settings.js'
import { describeSnapshots } from './conformance/snapshots.js'
import { describeValues } from './conformance/values.js'

/**
 * The contract of the store port. Every store passes all of it; there are no options to leave a part out.
 *
 * @param create Makes a fresh ledger; its `store()` opens the same ledger every time.
 */
export function describeStore(name: string, create: () => Ledger): void {
  describe(`${name} store, by the contract of the port`, () => {
    let ledger: Ledger
    let session: StoreSession | undefined

    const scene: StoreScene = {
      store: () => ledger.store(),
      async open() {
        await scene.close()
        session = await ledger.store().open()
        return session
      },
      async close() {
        const closing = session
        session = undefined
        await closing?.close()
      },
      async everywhere(look) {
        await look(session ?? (await scene.open()))
        await look(await scene.open())
      }
    }

    beforeEach(() => {
      ledger = create()
    })

    afterEach(async () => {
      await scene.close()
      ledger.dispose()
    })

    describeOpening(scene)
    describeCommitting(scene)
    describeJournal(scene)
    describeHistory(scene)
    describeKeys(scene)
    describeLetters(scene)
    describeSettings(scene)
    describeSnapshots(scene)
    describeValues(scene)
  })
}
