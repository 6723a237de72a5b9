import { expect, test } from 'vitest'
import { answerOf } from '../../server/web/answers.ts'

const failure = (message: string, code?: string): Error => Object.assign(new Error(message), code ? { code } : {})

test('a database that is away, dies or is too busy is said to be busy, whatever words the driver finds for it', () => {
  const away = [
    failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'),
    failure('read ECONNRESET', 'ECONNRESET'),
    failure('write EPIPE', 'EPIPE'),
    failure('terminating connection due to unexpected postmaster exit', '57P01'),
    failure('the database system is starting up', '57P03'),
    failure('canceling statement due to statement timeout', '57014'),
    failure('terminating connection due to idle-in-transaction timeout', '25P03'),
    failure('sorry, too many clients already', '53300'),
    failure('deadlock detected', '40P01'),
    failure('Connection terminated unexpectedly'),
    failure('Connection terminated due to connection timeout'),
    failure('Client has encountered a connection error and is not queryable'),
    failure('timeout exceeded when trying to connect'),
  ]
  for (const error of away)
    expect(answerOf(error), error.message).toEqual({ status: 503, code: 'busy', retryAfterSeconds: 2 })
})

test('what is our own fault is called that', () => {
  for (const error of [failure('column "x" does not exist', '42703'), failure('oops'), null, 'a string'])
    expect(answerOf(error)).toEqual({ status: 500, code: 'fault' })
})
