"""What python3-tds makes of the stand-in's answers, as lines of TAP.

The pair stands in the environment: PARTNER_A and PARTNER_B are address, port and
process of the partners, A is the principal and a witness watches.
"""

import datetime
import logging
import os
import signal
import sys
import time
import uuid
from decimal import Decimal

# This file has the module's name; the folder it lies in must not come first.
sys.path = [folder for folder in sys.path if folder != os.path.dirname(os.path.abspath(__file__))]

import pytds  # noqa: E402
from pytds import tds_base, tds_types  # noqa: E402
from pytds.tz import FixedOffsetTimezone  # noqa: E402

count = 0


def ok(good, name, detail=''):
    global count
    count += 1
    print('%sok %d - %s' % ('' if good else 'not ', count, name.replace('#', '\\#')), flush=True)
    if not good and detail:
        print('# ' + str(detail).replace('\n', '\n# '), flush=True)


def same(got, expected, name):
    alike = got == expected and type(got) is type(expected)
    ok(alike, name, 'got:      %r\nexpected: %r' % (got, expected))


def raises(name, number, action):
    try:
        action()
    except pytds.Error as error:
        ok(getattr(error, 'number', None) == number or getattr(error, 'msg_no', None) == number, name,
           '%s: %s' % (type(error).__name__, error))
    else:
        ok(False, name, 'no error')


partners = {}
for letter in 'AB':
    address, port, process = os.environ['PARTNER_' + letter].split()
    partners[letter] = (address, int(port), int(process))


def connect(partner='A', **options):
    address, port, _ = partners[partner]
    given = dict(server=address, port=port, user=os.environ['PARTNER_USER'], autocommit=True,
                 password=os.environ['PARTNER_PASSWORD'], database=os.environ['PARTNER_DATABASE'])
    given.update(options)
    return pytds.connect(**given)


def rows(connection, sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def value(connection, sql, parameters=()):
    return rows(connection, sql, parameters)[0][0]


def do(connection, sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


date, time_, stamp = datetime.date, datetime.time, datetime.datetime
some_uuid = uuid.UUID('6F9619FF-8B86-D011-B42D-00C04FC964FF')

# An expression, and the value that the client makes of it.
RESULTS = [
    ('CAST(0 AS tinyint)', 0), ('CAST(255 AS tinyint)', 255),
    ('CAST(-32768 AS smallint)', -32768), ('CAST(32767 AS smallint)', 32767),
    ('CAST(-2147483648 AS int)', -2 ** 31), ('CAST(2147483647 AS int)', 2 ** 31 - 1),
    ('CAST(-9223372036854775808 AS bigint)', -2 ** 63), ('CAST(9223372036854775807 AS bigint)', 2 ** 63 - 1),
    ('CAST(0 AS bit)', False), ('CAST(1 AS bit)', True),
    ('CAST(-1.5 AS real)', -1.5), ('CAST(0.1 AS float)', 0.1), ('CAST(-1.7976931348623157e308 AS float)', -1.7976931348623157e308),
    ('CAST(-214748.3648 AS smallmoney)', Decimal('-214748.3648')), ('CAST(214748.3647 AS smallmoney)', Decimal('214748.3647')),
    ('CAST(-922337203685477.5808 AS money)', Decimal('-922337203685477.5808')),
    ('CAST(922337203685477.5807 AS money)', Decimal('922337203685477.5807')),
    ('CAST(-1 AS decimal(1,0))', Decimal('-1')), ('CAST(999999999 AS decimal(9,0))', Decimal('999999999')),
    ('CAST(0.0000000001 AS decimal(10,10))', Decimal('1E-10')),
    ('CAST(1234567890.123456789 AS numeric(19,9))', Decimal('1234567890.123456789')),
    ('CAST(-1234567890123456789.123456789 AS numeric(28,9))', Decimal('-1234567890123456789.123456789')),
    ('CAST(99999999999999999999999999999999999999 AS decimal(38,0))', Decimal('9' * 38)),
    ('CAST(0.00000000000000000000000000000000000001 AS decimal(38,38))', Decimal('1E-38')),
    ("CAST('' AS varchar(10))", ''), ("CAST('abc' AS varchar(8000))", 'abc'), ("CAST('abc' AS char(5))", 'abc  '),
    ("REPLICATE(CAST('x' AS varchar(max)), 100000)", 'x' * 100000),
    ("CAST(N'' AS nvarchar(10))", ''), ("CAST(N'äß€' AS nvarchar(4000))", 'äß€'), ("CAST(N'𝄞' AS nchar(3))", '𝄞 '),
    ("REPLICATE(CAST(N'ž' AS nvarchar(max)), 100000)", 'ž' * 100000),
    ("CAST('caf\u00e9' AS varchar(10))", 'café'),
    ('CAST(0x AS varbinary(10))', b''), ('CAST(0x00FF AS varbinary(10))', b'\x00\xff'), ('CAST(0x01 AS binary(3))', b'\x01\x00\x00'),
    ('CAST(REPLICATE(CAST(0x41 AS varchar(max)), 100000) AS varbinary(max))', b'A' * 100000),
    ("CAST('0001-01-01' AS date)", date(1, 1, 1)), ("CAST('9999-12-31' AS date)", date(9999, 12, 31)),
    ("CAST('00:00' AS time(0))", time_(0, 0)), ("CAST('23:59:59.999999' AS time(6))", time_(23, 59, 59, 999999)),
    ("CAST('23:59:59.9999999' AS time(7))", time_(23, 59, 59, 999999)), ("CAST('12:34:56.789' AS time(3))", time_(12, 34, 56, 789000)),
    ("CAST('1753-01-01' AS datetime)", stamp(1753, 1, 1)), ("CAST('9999-12-31T23:59:59' AS datetime)", stamp(9999, 12, 31, 23, 59, 59)),
    ("CAST('2024-02-29T12:00:00.123' AS datetime)", stamp(2024, 2, 29, 12, 0, 0, 123000)),
    ("CAST('2079-06-06T23:59:00' AS smalldatetime)", stamp(2079, 6, 6, 23, 59)),
    ("CAST('0001-01-01' AS datetime2(0))", stamp(1, 1, 1)),
    ("CAST('9999-12-31 23:59:59.999999' AS datetime2(6))", stamp(9999, 12, 31, 23, 59, 59, 999999)),
    ("CAST('2024-02-29 12:34:56.12' AS datetime2(2))", stamp(2024, 2, 29, 12, 34, 56, 120000)),
    ("CAST('2024-02-29 12:34:56.1234 +05:30' AS datetimeoffset(4))",
     stamp(2024, 2, 29, 12, 34, 56, 123400, FixedOffsetTimezone(330))),
    ("CAST('2024-01-01 00:00:00 -14:00' AS datetimeoffset(0))", stamp(2024, 1, 1, tzinfo=FixedOffsetTimezone(-840))),
    ("CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)", some_uuid),
    ("CAST('<a>ž</a>' AS xml)".replace("'<", "N'<"), '<a>ž</a>'),
    ("CAST('text' AS text)", 'text'), ("CAST(N'ntext ž' AS ntext)", 'ntext ž'), ('CAST(0xCAFE AS image)', b'\xca\xfe'),
    ('CAST(CAST(5 AS int) AS sql_variant)', 5), ("CAST(CAST(N'v' AS nvarchar(5)) AS sql_variant)", 'v'),
]
NULLS = ['tinyint', 'smallint', 'int', 'bigint', 'bit', 'real', 'float', 'smallmoney', 'money', 'decimal(9,2)', 'decimal(38,10)',
         'char(3)', 'varchar(10)', 'varchar(max)', 'nchar(3)', 'nvarchar(10)', 'nvarchar(max)', 'binary(3)', 'varbinary(10)',
         'varbinary(max)', 'date', 'time(3)', 'datetime', 'smalldatetime', 'datetime2(7)', 'datetimeoffset(7)',
         'uniqueidentifier', 'xml', 'text', 'ntext', 'image', 'sql_variant']


def test_results():
    connection = connect()
    for expression, expected in RESULTS:
        try:
            same(value(connection, 'SELECT %s AS v' % expression), expected, expression)
        except Exception as error:
            ok(False, expression, '%s: %s' % (type(error).__name__, error))
            connection = connect()
    for name in NULLS:
        try:
            ok(value(connection, 'SELECT CAST(NULL AS %s)' % name) is None, 'NULL of ' + name)
        except Exception as error:
            ok(False, 'NULL of ' + name, '%s: %s' % (type(error).__name__, error))
            connection = connect()
    wide = ', '.join('%s AS c%d, CAST(NULL AS %s) AS n%d' % (RESULTS[i % len(RESULTS)][0], i, NULLS[i % len(NULLS)], i)
                     for i in range(len(RESULTS)))
    same(rows(connection, 'SELECT ' + wide)[0], tuple(v for _, e in RESULTS for v in (e, None)), 'all of them in one row, with NULLs')
    with connection.cursor() as cursor:
        cursor.execute('SELECT CAST(1 AS int) AS a, N\'x\' AS b')
        same([c[0] for c in cursor.description], ['a', 'b'], 'names of columns')
    connection.close()


# A parameter, as the client types it, and what comes back; SQL_VARIANT_PROPERTY
# is not asked: the declaration is the client's.
PARAMETERS = [
    0, -2 ** 31, 2 ** 31 - 1, -2 ** 63, 2 ** 63 - 1, True, False, 0.1, -1e300, Decimal('-1.5'), Decimal('0.00'),
    Decimal('12345678901234567890.123456789'), Decimal('9' * 38), '', 'text', "it's", 'äß€𝄞', 'x' * 4000, 'ž' * 50000,
    pytds.Binary(b''), pytds.Binary(b'\x00\xff'), pytds.Binary(b'b' * 8000), pytds.Binary(b'c' * 100000),
    date(1, 1, 1), date(9999, 12, 31), time_(23, 59, 59, 999999), stamp(1, 1, 1), stamp(2024, 2, 29, 12, 34, 56, 789012),
    stamp(9999, 12, 31, 23, 59, 59, 999999), some_uuid,
]
TYPED = [
    (tds_types.TinyIntType(), 255), (tds_types.SmallIntType(), -32768), (tds_types.IntType(), 7), (tds_types.BigIntType(), 2 ** 40),
    (tds_types.BitType(), True), (tds_types.RealType(), 1.5), (tds_types.FloatType(), 0.1),
    (tds_types.DecimalType(precision=9, scale=4), Decimal('-12345.6789')), (tds_types.DecimalType(precision=38, scale=38), Decimal('1E-38')),
    (tds_types.VarCharType(size=20), 'plain'), (tds_types.VarCharMaxType(), 'long' * 5000), (tds_types.CharType(size=6), 'ab    '),
    (tds_types.NVarCharType(size=20), 'žluť'), (tds_types.NVarCharMaxType(), 'žluť' * 5000), (tds_types.NCharType(size=4), 'ab  '),
    (tds_types.VarBinaryType(size=10), b'\x01'), (tds_types.VarBinaryMaxType(), b'\x02' * 20000),
    (tds_types.DateTimeType(), stamp(2024, 2, 29, 23, 59, 59)), (tds_types.SmallDateTimeType(), stamp(2024, 2, 29, 23, 59)),
    (tds_types.DateTime2Type(precision=3), stamp(2024, 2, 29, 1, 2, 3, 456000)), (tds_types.TimeType(precision=0), time_(1, 2, 3)),
    (tds_types.DateType(), date(2024, 2, 29)), (tds_types.UniqueIdentifierType(), some_uuid),
    (tds_types.DateTimeOffsetType(precision=7), stamp(2024, 2, 29, 1, 2, 3, tzinfo=FixedOffsetTimezone(-90))),
]


def test_parameters():
    connection = connect()
    for parameter in PARAMETERS:
        expected = bytes(parameter) if isinstance(parameter, pytds.Binary) else parameter
        name = 'parameter %s %.40r' % (type(parameter).__name__, parameter)
        try:
            same(value(connection, 'SELECT %s', (parameter,)), expected, name)
        except Exception as error:
            ok(False, name, '%s: %s' % (type(error).__name__, error))
            connection = connect()
    for kind, expected in TYPED:
        for given in (expected, None):
            name = 'parameter %s %.30r' % (kind.get_declaration(), given)
            try:
                column = tds_base.Column(type=kind, value=given)
                same(value(connection, 'SELECT %(v)s', {'v': column}), given, name)
            except Exception as error:
                ok(False, name, '%s: %s' % (type(error).__name__, error))
                connection = connect()
    same(rows(connection, 'SELECT %s, %s, %s', (1, None, 'x')), [(1, None, 'x')], 'several at once, NULL among them')
    with connection.cursor() as cursor:
        cursor.callproc('sp_executesql', ('SELECT @a + @b AS s, @t AS t', '@a int, @b int, @t nvarchar(10)', 20, 22, 'sum'))
        same(cursor.fetchall(), [(42, 'sum')], 'sp_executesql by name of the procedure')
        cursor.callproc('sp_executesql', ('SELECT @o = @i * 2', '@i int, @o int OUTPUT', 21, pytds.output(param_type='int')))
        cursor.fetchall() if cursor.description else None
        while cursor.nextset():
            pass
        ok(42 in cursor.get_proc_outputs(), 'an output parameter', cursor.get_proc_outputs())
    connection.close()


def test_transactions():
    connection = connect(autocommit=False)
    other = connect()
    do(other, 'CREATE TABLE dbo.account (id int NOT NULL PRIMARY KEY, amount money NOT NULL)')
    same(do(connection, 'INSERT INTO dbo.account VALUES (1, 100), (2, 50)'), 2, 'rows affected')
    same(value(connection, 'SELECT @@TRANCOUNT'), 1, 'in a transaction that the driver began')
    connection.rollback()
    same(value(other, 'SELECT COUNT(*) FROM dbo.account'), 0, 'rollback')
    do(connection, 'INSERT INTO dbo.account VALUES (1, 100)')
    do(connection, 'SAVE TRANSACTION before')
    do(connection, 'INSERT INTO dbo.account VALUES (2, 50)')
    same(value(connection, 'SELECT COUNT(*) FROM dbo.account'), 2, 'its own rows are seen')
    do(connection, 'ROLLBACK TRANSACTION before')
    connection.commit()
    same(rows(other, 'SELECT id, amount FROM dbo.account'), [(1, Decimal('100.0000'))], 'savepoint and commit')
    raises('a violated key is 2627', 2627, lambda: do(connection, 'INSERT INTO dbo.account VALUES (1, 1)'))
    same(value(connection, 'SELECT @@TRANCOUNT'), 1, 'and leaves the transaction open')
    connection.commit()
    for level, number in (('READ UNCOMMITTED', 1), ('READ COMMITTED', 2), ('REPEATABLE READ', 3), ('SERIALIZABLE', 4)):
        do(other, 'SET TRANSACTION ISOLATION LEVEL ' + level)
        same(value(other, 'SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID'), number, level)
    do(connection, 'SELECT 1')
    connection.close()
    other.close()


def test_errors():
    connection = connect()
    raises('a wrong password is 18456', 18456, lambda: connect(password='wrong'))
    try:
        connect(database='nosuch', login_timeout=1)
        ok(False, 'a database that is not there')
    except pytds.Error as error:
        ok('Cannot open database "nosuch"' in str(error) and 'Login failed' in str(error), 'a database that is not there', error)
    for sql, number in (('SELECT 1/0', 8134), ('SELECT * FROM dbo.nosuch', 208), ('SELECT 1 +', 102), ("SELECT CAST('x' AS int)", 245),
                        ('EXEC dbo.nosuch', 2812), ("THROW 51000, 'thrown', 1", 51000), ("RAISERROR('raised', 16, 1)", 50000)):
        raises('%s is %d' % (sql, number), number, lambda: rows(connection, sql))
    raises('an error in a text with parameters', 8134, lambda: rows(connection, 'SELECT 1 / %s', (0,)))
    same(value(connection, 'SELECT 1'), 1, 'the connection serves on')
    with connection.cursor() as cursor:
        cursor.execute("PRINT 'a word'; SELECT 1 AS a; SELECT N'x' AS b; UPDATE dbo.account SET amount = 5; SELECT 3 AS c")
        results = []
        while True:
            if cursor.description:
                results.append(cursor.fetchall())
            if not cursor.nextset():
                break
        same([r for r in results if r], [[(1,)], [('x',)], [(3,)]], 'several results')
    connection.close()


def test_bulk():
    connection = connect()
    do(connection, 'CREATE TABLE dbo.loaded (id int NOT NULL PRIMARY KEY, name nvarchar(50) NULL, price decimal(10,2) NULL, '
                   'made datetime2(3) NULL, code varchar(10) NULL, data varbinary(20) NULL, ratio float NULL, day date NULL)')
    columns = [tds_base.Column('id', type=tds_types.IntType()), tds_base.Column('name', type=tds_types.NVarCharType(size=50)),
               tds_base.Column('price', type=tds_types.DecimalType(precision=10, scale=2)),
               tds_base.Column('made', type=tds_types.DateTime2Type(precision=3)), tds_base.Column('code', type=tds_types.VarCharType(size=10)),
               tds_base.Column('data', type=tds_types.VarBinaryType(size=20)), tds_base.Column('ratio', type=tds_types.FloatType()),
               tds_base.Column('day', type=tds_types.DateType())]
    for column in columns:
        column.flags = tds_base.Column.fNullable
    data = [(i, 'name ž %d' % i, Decimal(i) / 4, stamp(2024, 1, 1, 0, 0, i % 60, 5000), 'c%d' % i, b'%d' % i, i / 8, date(2024, 2, 29))
            if i % 3 else (i, None, None, None, None, None, None, None) for i in range(1, 5001)]
    with connection.cursor() as cursor:
        cursor.copy_to(data=data, table_or_view='loaded', schema='dbo', columns=columns)
    same(rows(connection, 'SELECT * FROM dbo.loaded ORDER BY id'), [tuple(r) for r in data], 'bulk load: the same rows come back')

    def again():
        with connection.cursor() as cursor:
            cursor.copy_to(data=[(7000, 'new') + (None,) * 6, (1, 'old') + (None,) * 6], table_or_view='loaded', columns=columns)
    raises('a key that is there already is 2627', 2627, again)
    same(value(connection, 'SELECT COUNT(*) FROM dbo.loaded'), 5000, 'and nothing was loaded')
    connection.close()


def test_cancel():
    connection = connect()
    do(connection, 'CREATE TABLE dbo.n (v int NOT NULL)')
    do(connection, 'INSERT INTO dbo.n VALUES ' + ', '.join('(%d)' % i for i in range(1000)))
    cursor = connection.cursor()
    cursor.execute('SELECT a.v, b.v, c.v FROM dbo.n AS a CROSS JOIN dbo.n AS b CROSS JOIN dbo.n AS c')
    got = cursor.fetchmany(1000)
    start = time.monotonic()
    cursor.cancel()
    ok(len(got) == 1000 and time.monotonic() - start < 20, 'a result of 10^9 rows, cancelled after 1,000')
    same(value(connection, 'SELECT COUNT(*) FROM dbo.n'), 1000, 'the connection serves on')
    connection.close()
    slow = connect(timeout=2, appname='slow')
    start = time.monotonic()
    try:
        do(slow, "WAITFOR DELAY '00:01:00'")
        ok(False, 'a statement beyond the timeout')
    except (pytds.Error, OSError) as error:
        ok(time.monotonic() - start < 30, 'a statement beyond the timeout is given up', error)
    slow.close()
    watcher = connect()
    deadline = time.monotonic() + 30
    while value(watcher, "SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE program_name = N'slow'") and time.monotonic() < deadline:
        time.sleep(0.05)
    ok(time.monotonic() < deadline, 'and its session ends on the server')
    watcher.close()


class Words(logging.Handler):
    def __init__(self):
        super().__init__()
        self.words = []

    def emit(self, record):
        self.words.append(record.getMessage())


def test_failover():
    handler = Words()
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)

    reader = connect(failover_partner=partners['B'][0], login_timeout=30)
    writer = connect(failover_partner=partners['B'][0], login_timeout=30, autocommit=False)
    ok(any('PARTNER\\B' in word for word in handler.words), 'the login names the mirroring partner', handler.words)
    same(value(reader, 'SELECT @@SERVERNAME'), 'A', 'A serves')
    do(writer, 'INSERT INTO dbo.account VALUES (10, 10)')
    writer.commit()
    do(writer, 'INSERT INTO dbo.account VALUES (11, 11)')

    os.kill(partners['A'][2], signal.SIGKILL)
    # By itself: in autocommit it opens another connection and runs the statement there.
    deadline = time.monotonic() + 60
    server = None
    while server is None and time.monotonic() < deadline:
        try:
            server = value(reader, 'SELECT @@SERVERNAME')
        except (pytds.Error, OSError):
            pass
    same(server, 'B', 'after kill -9 of A, B serves the same connection object')
    ok(any('PARTNER\\A' in word for word in handler.words), 'and names A as its partner', handler.words[-5:])
    try:
        do(writer, 'INSERT INTO dbo.account VALUES (12, 12)')
        ok(False, 'the open transaction ends with an error')
    except (pytds.Error, OSError) as error:
        ok(True, 'the open transaction ends with an error', error)
    same(rows(reader, 'SELECT id FROM dbo.account WHERE id >= 10 ORDER BY id'), [(10,)], 'what was committed is there, nothing else')
    do(writer, 'INSERT INTO dbo.account VALUES (13, 13)')
    writer.commit()
    same(rows(reader, 'SELECT id FROM dbo.account WHERE id >= 10 ORDER BY id'), [(10,), (13,)], 'the next transaction commits on B')
    fresh = connect(failover_partner=partners['B'][0], login_timeout=30)
    same(value(fresh, 'SELECT @@SERVERNAME'), 'B', 'and so does a new connection')


for test in (test_results, test_parameters, test_transactions, test_errors, test_bulk, test_cancel, test_failover):
    try:
        test()
    except Exception as error:
        import traceback
        ok(False, test.__name__, traceback.format_exc())
print('1..%d' % count)
