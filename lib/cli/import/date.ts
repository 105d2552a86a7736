import { quoted } from '../quoted.js'
import type { DateForm } from './settings.js'

/** A day as `2026-01-31`, with the time of day behind it where the file has one, or why the text is no date. */
export type ReadDate = { readonly day: string; readonly text: string } | { readonly reason: string }

const TIME = /[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?$/i
const YEAR_FIRST = /^(\d{4})([-./ ]?)(\d{1,2})\2(\d{1,2})$/
const YEAR_LAST = /^(\d{1,2})([-./ ])(\d{1,2})\2(\d{4}|\d{2})\.?$/
const MONTH_NAMED = /^(\d{1,2})[-./ ]+([A-Za-z]{3,9})\.?,?[-./ ]+(\d{4}|\d{2})$/
const MONTH_FIRST = /^([A-Za-z]{3,9})\.? +(\d{1,2}),? +(\d{4})$/
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * Reads a date. Year first and day first with dots are known by themselves, as is a month that is named in English;
 * other forms need to be told, since 03/04/2026 is a day in March or in April.
 */
export function readDate(text: string, form: DateForm): ReadDate {
  const [withTime, time, offset = ''] = TIME.exec(text) ?? []
  const date = withTime === undefined ? text.trim() : text.slice(0, -withTime.length).trim()
  const day = dayOf(date, form)
  if (day !== undefined)
    return { day, text: time === undefined ? day : `${day}T${time.replace(/^\d:/, '0$&')}${offset}` }
  const hint = form === 'auto' && YEAR_LAST.test(date) ? ': add --dates dmy or --dates mdy' : ''
  const wanted = form === 'auto' ? 'a date such as 2026-01-31 or 31.01.2026' : `a date in the form ${form}`
  return { reason: `expected ${wanted}, got ${quoted(text)}${hint}` }
}

function dayOf(date: string, form: DateForm): string | undefined {
  const named = MONTH_NAMED.exec(date)
  if (named !== null) return calendarDay(fullYear(named[3]!), monthOf(named[2]!), Number(named[1]))
  const monthFirst = MONTH_FIRST.exec(date)
  if (monthFirst !== null) return calendarDay(Number(monthFirst[3]), monthOf(monthFirst[1]!), Number(monthFirst[2]))
  const yearFirst = YEAR_FIRST.exec(date)
  if (yearFirst !== null && (form === 'auto' || form === 'ymd')) {
    return calendarDay(Number(yearFirst[1]), Number(yearFirst[3]), Number(yearFirst[4]))
  }
  const [, first, separator, second, year] = YEAR_LAST.exec(date) ?? []
  if (first === undefined || second === undefined || year === undefined) return undefined
  if (form === 'mdy') return calendarDay(fullYear(year), Number(first), Number(second))
  const isDayFirst = form === 'dmy' || (form === 'auto' && separator === '.')
  return isDayFirst ? calendarDay(fullYear(year), Number(second), Number(first)) : undefined
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

/** Two digits are a year of this century, up to 68, or of the one before, as POSIX has it. */
function fullYear(year: string): number {
  const number = Number(year)
  return year.length === 4 ? number : number + (number < 69 ? 2000 : 1900)
}

function calendarDay(year: number, month: number, day: number): string | undefined {
  if (year < 1000) return undefined
  const text = [String(year), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-')
  // The calendar has no 31 February, although `Date` would count on into March.
  return new Date(`${text}T00:00Z`).toJSON()?.startsWith(text) === true ? text : undefined
}
