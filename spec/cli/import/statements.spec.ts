import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { ImportFileError } from '../../../lib/cli/import/settings.js'
import { importText, type ImportOptions } from '../../support/csv-import.js'

interface Entry {
  readonly amount?: string
  readonly currency?: string
  readonly direction?: 'CRDT' | 'DBIT'
  readonly status?: string
  readonly reference?: string
  readonly more?: string
}

/** An entry of ISO 20022 camt.053.001.08. */
function entry({
  amount = '10.00',
  currency = 'EUR',
  direction = 'CRDT',
  status = 'BOOK',
  reference,
  more = ''
}: Entry) {
  return `<Ntry><NtryRef>1</NtryRef><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>
    <Sts><Cd>${status}</Cd></Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt>
    ${reference === undefined ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`}${more}</Ntry>`
}

function balance(type: string, amount: string, direction = 'CRDT'): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt>
    <CdtDbtInd>${direction}</CdtDbtInd><Dt><Dt>2026-01-31</Dt></Dt></Bal>`
}

function camt(...content: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<Stmt><Id>S-7</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
${content.join('\n')}
</Stmt></BkToCstmrStmt></Document>`
}

const IBAN = 'DE02120300000000202051'

describe('a bank statement', () => {
  let processor: PaymentProcessor

  beforeEach(async () => {
    processor = await openPaymentProcessor()
  })

  afterEach(() => processor.close())

  const imported = (text: string | Uint8Array, options: ImportOptions = {}) =>
    importText(processor, text, { ...options, settings: { currency: 'EUR', opening: 'file', ...options.settings } })

  const refusal = async (text: string, options: ImportOptions = {}) => {
    const error: unknown = await imported(text, options).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(ImportFileError)
    return (error as Error).message
  }

  describe('in CAMT.053', () => {
    const STATEMENT = camt(
      balance('OPBD', '100.00'),
      balance('CLBD', '85.50'),
      balance('CLAV', '999.00'),
      entry({ reference: 'A1' }),
      entry({
        reference: 'A2',
        amount: '24.50',
        direction: 'DBIT',
        more: `<NtryDtls><TxDtls><Refs><EndToEndId>INV-9</EndToEndId></Refs>
          <RltdPties><Cdtr><Pty><Nm>Grün &amp; Co</Nm></Pty></Cdtr></RltdPties>
          <RmtInf><Ustrd>Rent</Ustrd></RmtInf></TxDtls></NtryDtls>`
      })
    )

    it('has its opening balance, entries and closing balance in the ledger, once', async () => {
      const report = await imported(STATEMENT)
      expect(report).to.include({ imported: 2 })
      expect(report.openings).to.include({ count: 1, amount: 100_00n })
      expect(report.finalBalances).to.include({ compared: 1, equal: 1 })
      expect((await processor.getBalance(IBAN)).posted).to.equal(85_50n)
      expect(await imported(STATEMENT)).to.include({ imported: 0, replayed: 2 })
    })

    it("has the bank's references as keys, and who, what and why as metadata", async () => {
      await imported(STATEMENT)
      const kept = []
      for await (const one of processor.listTransactions({ accountId: IBAN, kind: 'payment' })) kept.push(one)
      expect(kept[0]).to.deep.include({
        idempotencyKey: 'csv:A2',
        metadata: { date: '2026-01-31', operation: 'Rent', counterparty: 'Grün & Co', reference: 'INV-9' }
      })
    })

    it('is reported where its closing balance is another than that of the ledger', async () => {
      const report = await imported(
        camt(balance('OPBD', '100.00'), balance('CLBD', '111.00'), entry({ reference: 'A1' }))
      )
      expect(report.finalBalances).to.deep.include({
        compared: 1,
        equal: 0,
        first: [{ line: 8, accountId: IBAN, ledger: 110_00n, file: 111_00n, declined: 0n }]
      })
    })

    it('has prefixes, the older form of a status, and everything on one line, as some banks write it', async () => {
      const text = STATEMENT.replace(/<(\/?)(\w)/g, '<$1c:$2')
        .replace('xmlns=', 'xmlns:c=')
        .replace(/<c:Sts><c:Cd>BOOK<\/c:Cd><\/c:Sts>/g, '<c:Sts>BOOK</c:Sts>')
        .replace(/\n\s*/g, ' ')
      expect(await imported(text)).to.include({ imported: 2 })
    })

    it('is read in the encoding that it declares', async () => {
      const bytes = Buffer.from(STATEMENT.replace('UTF-8', 'ISO-8859-1'), 'latin1')
      expect(await imported(bytes)).to.include({ imported: 2 })
    })

    for (const [what, broken, reason] of [
      ['is only pending', entry({ reference: 'A1', status: 'PDNG' }), 'PDNG'],
      ['is in another currency', entry({ reference: 'A1', currency: 'USD' }), 'USD'],
      ['has no direction', entry({ reference: 'A1', direction: '' as 'CRDT' }), 'CdtDbtInd'],
      ['has no amount', entry({ reference: 'A1', amount: '' }), 'amount'],
      ['has the reference of another entry', entry({ reference: 'OK' }), 'an earlier row has']
    ] as const) {
      it(`books nothing where an entry ${what}`, async () => {
        expect(await refusal(camt(entry({ reference: 'OK' }), broken))).to.include(reason)
        expect(await processor.getTransactionCount()).to.equal(0)
        expect(await imported(camt(entry({ reference: 'OK' }), broken), { skipBad: true })).to.include({ imported: 1 })
      })
    }

    it('names an entry without a reference of the bank by its own within the statement', async () => {
      await imported(camt(entry({})))
      expect(await imported(camt(entry({})))).to.include({ replayed: 1 })
      for await (const { idempotencyKey } of processor.listTransactions({ accountId: IBAN })) {
        expect(idempotencyKey).to.equal('csv:S-7/1')
      }
    })

    it('is refused where the XML is cut off', async () => {
      expect(await refusal(STATEMENT.slice(0, -30))).to.include('not well-formed')
    })

    it('expands no entities of its own', async () => {
      const text = STATEMENT.replace('<Document', '<!DOCTYPE d [<!ENTITY x "boom">]><Document').replace('Rent', '&x;')
      expect(await refusal(text)).to.include('not well-formed')
    })
  })

  describe('in OFX', () => {
    const TRANSACTIONS = `<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260131120000[-5:EST]<TRNAMT>-24.50<FITID>F2<NAME>Shop &amp; Co</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260130<TRNAMT>10,00<FITID>F1<NAME>Payer<MEMO>Salary</STMTTRN>`

    const sgml = (transactions: string, ledgerBalance = '85.50', asOf = '20260131') => `OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>20260201</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>1<ACCTID>0815<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131
${transactions}
</BANKTRANLIST><LEDGERBAL><BALAMT>${ledgerBalance}<DTASOF>${asOf}</LEDGERBAL>
<AVAILBAL><BALAMT>999.00<DTASOF>20260131</AVAILBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`

    it('has its transactions in the ledger, once, the newest last, with the balance that LEDGERBAL leaves before them', async () => {
      const report = await imported(sgml(TRANSACTIONS))
      expect(report).to.include({ imported: 2 })
      expect(report.file.order).to.equal('newest-first')
      expect(report.openings).to.include({ amount: 100_00n })
      expect(report.finalBalances).to.include({ compared: 1, equal: 1 })
      expect(await imported(sgml(TRANSACTIONS))).to.include({ imported: 0, replayed: 2 })
      const kept = []
      for await (const { idempotencyKey, metadata } of processor.listTransactions({ accountId: '0815' })) {
        kept.push({ idempotencyKey, metadata })
      }
      expect(kept.at(-1)).to.deep.equal({
        idempotencyKey: 'csv:F2',
        metadata: { date: '2026-01-31', counterparty: 'Shop & Co' }
      })
    })

    it('is the same in XML, where every element is closed', async () => {
      const xml = sgml(TRANSACTIONS)
        .replace(/^[\s\S]*?<OFX>/, '<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="211"?><OFX>')
        .replace(/<([A-Z0-9]+)>([^<\n]+)/g, '<$1>$2</$1>')
      expect(await imported(xml)).to.include({ imported: 2 })
    })

    it('tells no balance of a later day than its transactions', async () => {
      const report = await imported(sgml(TRANSACTIONS.replace('-24.50', '-4.50'), '85.50', '20260215'))
      expect(report.openings.count + report.finalBalances.compared).to.equal(0)
    })

    it('has umlauts in the character set of its header', async () => {
      await imported(Buffer.from(sgml(TRANSACTIONS.replace('Payer', 'Müller')), 'latin1'))
      const names = []
      for await (const { metadata } of processor.listTransactions({ accountId: '0815' }))
        names.push(metadata['counterparty'])
      expect(names).to.include('Müller')
    })

    for (const [what, broken] of [
      ['has no amount', TRANSACTIONS.replace('-24.50', '')],
      ['has no day', TRANSACTIONS.replace('20260130', 'soon')],
      ['has no FITID', TRANSACTIONS.replace('<FITID>F2', '')],
      ['corrects an earlier one', TRANSACTIONS.replace('<FITID>F2', '<FITID>F2<CORRECTFITID>F0<CORRECTACTION>REPLACE')],
      ['has the FITID of another', TRANSACTIONS.replace('F2', 'F1')]
    ] as const) {
      it(`books nothing where a transaction ${what}`, async () => {
        expect(await refusal(sgml(broken))).to.include('bad rows: 1')
      })
    }

    it('is refused in another currency', async () => {
      expect(await refusal(sgml(TRANSACTIONS), { settings: { currency: 'USD' } })).to.include(
        'expected amounts in USD, got "EUR"'
      )
    })

    it('belongs to the account that an option names', async () => {
      await imported(sgml(TRANSACTIONS), { settings: { account: 'giro' } })
      expect((await processor.getBalance('giro')).posted).to.equal(85_50n)
    })
  })

  for (const [what, content] of [
    ['a workbook', 'PK\u0003\u0004...'],
    ['a PDF', '%PDF-1.7'],
    ['an MT940', ':20:STARTUMS\n:25:1'],
    ['HTML', '<html><table>']
  ] as const) {
    it(`is no ${what} file, and the refusal says so`, async () => {
      expect(await refusal(content)).to.include(what)
    })
  }
})
