"""The SQL of `store`, each value of it a parameter; ``stack`` is one of all."""

STATE = "select data from state where stack = %(stack)s"

ETAG = "select encode(sha256(data), 'hex') from state where stack = %(stack)s"

HOLDER = "select id, owner, host, command, since, expires from lease where stack = %(stack)s"

HELD = """
select id, owner, host, command, since, expires from lease
where stack = %(stack)s and expires > clock_timestamp()
"""

# Taking it a second time under one id, after an answer that never came, is taking it.
TAKE = """
insert into lease as held (stack, id, owner, host, command, since, expires)
values (
    %(stack)s, %(id)s, %(owner)s, %(host)s, %(command)s, %(since)s,
    clock_timestamp() + make_interval(secs => %(ttl)s)
)
on conflict (stack) do update set
    id = excluded.id, owner = excluded.owner, host = excluded.host, command = excluded.command,
    since = excluded.since, expires = excluded.expires
where held.expires <= clock_timestamp() or held.id = excluded.id
"""

RENEW = """
update lease set expires = clock_timestamp() + make_interval(secs => %(ttl)s)
where stack = %(stack)s and id = %(lease)s
"""

RELEASE = "delete from lease where stack = %(stack)s and id = %(lease)s"

FENCE = """
select id, owner, host, command, since, expires from lease where stack = %(stack)s for update
"""

APPEND = """
with held as (select stack from lease where stack = %(stack)s and id = %(lease)s for update)
insert into journal (stack, serial, data) select stack, %(serial)s, %(data)s from held
"""

START = "insert into journal (stack, serial, data) values (%(stack)s, %(serial)s, %(journal)s)"

JOURNAL = "select data from journal where stack = %(stack)s and serial = %(serial)s order by position"

VERSION = "select data from history where stack = %(stack)s and serial = %(serial)s"

# By time and not by serial: a state that was deleted and begun anew counts from one again.
HISTORY = "select serial, written from history where stack = %(stack)s order by written desc, serial desc"

_KEEP = """
insert into history (stack, serial, written, data)
select stack, serial, written, data from state where stack = %(stack)s
on conflict (stack, serial) do update set written = excluded.written, data = excluded.data
"""

TAKE_EARLIER = """
insert into history (stack, serial, written, data) values (%(stack)s, %(serial)s, %(written)s, %(data)s)
on conflict (stack, serial) do update set written = excluded.written, data = excluded.data
"""

_FORGET = """
delete from history where stack = %(stack)s and serial not in (
    select serial from history where stack = %(stack)s
    order by written desc, serial desc limit %(kept)s
)
"""

_PUT = """
insert into state (stack, serial, data) values (%(stack)s, %(serial)s, %(data)s)
on conflict (stack) do update set
    serial = excluded.serial, data = excluded.data, written = clock_timestamp()
"""

_VOID = "delete from journal where stack = %(stack)s"

REPLACE = (_KEEP, _FORGET, _PUT, _VOID)

DELETE = (_KEEP, _FORGET, _VOID, "delete from state where stack = %(stack)s")

KEY = "select data from secret where stack = %(stack)s"

KEEP_KEY = "insert into secret (stack, data) values (%(stack)s, %(data)s) on conflict (stack) do nothing"
