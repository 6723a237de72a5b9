import { addDays } from '../../server/kernel/time.ts'

/** Who works where in a company of sixty; one of three hundred has five times as many. */
const CREW = [
  ['manager', 8],
  ['technician', 18],
  ['service', 24],
  ['guard', 10],
] as const
/** Heads a night besides the duty manager: 310 slots a month for sixty people, 1,488 for three hundred. */
const HEADS = {
  60: { technician: 3, service: 4, guard: 2 },
  300: { technician: 16, service: 21, guard: 10 },
} as const
export type Size = keyof typeof HEADS
const ALL: Size = 300

/** The month after this one, so that no night of it has begun. */
export const comingMonth = (today: string): string => addDays(`${today.slice(0, 7)}-28`, 10).slice(0, 7)

/**
 * People with six months behind them, some on leave, some with a wish; nobody else may be put on a night. `month` is opened
 * with what its nights need. All ids follow from numbers, so that two runs have the same company.
 */
export const rosterCompany = (size: Size, month: string): string[] => [
  `update staff set posts = '{}', rank = case number when 'b0001' then 'vice_president' else rank end where number like 'b%'`,
  ...CREW.flatMap(([post, count]) => peopleOf(post, count, size)),
  `insert into staff_planning (staff_id, trained_until, changed_by, changed_at)
    select id, date '2099-12-31', id, now() from staff where number like 'r%' on conflict do nothing`,
  `insert into staff_leaves (staff_id, first_day, last_day, made_by, made_at)
    select id, date '${month}-01' + (id * 7 % 22)::integer, date '${month}-01' + (id * 7 % 22)::integer + 5, id, now() from staff
    where number like 'r%' and id % 5 = 0 and not exists (select from staff_leaves l where l.staff_id = staff.id)`,
  `insert into roster_wishes (staff_id, night, wish, made_at)
    select id, date '${month}-01' + (id * 11 % 28)::integer, case when id % 3 = 0 then 'want' else 'avoid' end, now() from staff where number like 'r%' and id % 2 = 0`,
  `insert into leadership_members (staff_id, chief, first_day, during, appointed_at)
    select id, true, date '2026-01-01', tstzrange('2026-01-01', null), now() from staff where number = 'b0001'
    and not exists (select from leadership_members)`,
  `insert into roster_months (month, state, opened_at) values ('${month}', 'draft', now())`,
  ...Object.entries(HEADS[size]).map(
    ([post, heads]) => `insert into roster_needs (night, post, heads, changed_by, changed_at)
      select n::date, '${post}', ${heads}, 1, now() from generate_series(date '${month}-01', date '${month}-01' + interval '1 month' - interval '1 day', interval '1 day') n`,
  ),
  'analyze staff, shifts, staff_leaves, roster_wishes',
]

/** Some have stood more nights than others, as in every company: a post's within six of each other. */
const peopleOf = (post: string, count: number, size: Size): string[] => {
  const all = (count * size) / 60
  const had = size === ALL ? (count * 60) / 60 : 0
  return [
    `insert into staff (number, login, name, name_en, password_hash, department_id, rank, posts, languages, created_at)
      select 'r${post[0]}' || lpad(n::text, 4, '0'), 'r${post[0]}' || lpad(n::text, 4, '0'), '${post}' || n, 'R ${post} ' || n, 'none', d.id,
        '${post === 'manager' ? 'supervisor' : 'staff'}', '{${post}}', '{zh-CN}', now() - interval '400 days'
      from generate_series(${had + 1}, ${all}) n, (select id from departments order by id limit 1) d`,
    post === 'manager' ? managersPast(all, had) : othersPast(post, had),
  ]
}

/** One a night, in turns. */
const managersPast = (all: number, had: number): string =>
  had > 0
    ? 'select 1'
    : `insert into shifts (staff_id, post, during, night, kind, created_at)
        select s.id, 'manager', tstzrange(n.night + time '14:00' at time zone 'UTC', n.night + time '22:00' at time zone 'UTC'), n.night, 'night', now()
        from (select (current_date - g)::date as night, g from generate_series(40, 182) g) n
        join (select id, row_number() over (order by number) - 1 as at from staff where number like 'rm%') s on s.at = n.g % ${all}`

/** One in each of eighteen to twenty-four weeks, on changing days. */
const othersPast = (post: string, had: number): string =>
  `insert into shifts (staff_id, post, during, night, kind, created_at)
    select s.id, '${post}', tstzrange(k.night + time '14:00' at time zone 'UTC', k.night + time '22:00' at time zone 'UTC'), k.night, 'night', now()
    from (select id, row_number() over (order by number) as at from staff where number like 'r${post[0]}%') s
    cross join lateral (select (current_date - (36 + g * 6 + (s.at * 3 + g * 2) % 6)::integer) as night, g from generate_series(0, (18 + s.at % 6)::integer - 1) g) k
    where s.at > ${had}`
