// What tedious makes of the stand-in's answers, as lines of TAP.
//
// The pair stands in the environment: PARTNER_A and PARTNER_B are address, port
// and process of the partners, A is the principal and a witness watches.

'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { Connection, ISOLATION_LEVEL, Request, TYPES } = require(path.join(process.env.CLIENT_MODULES, 'tedious'));

let count = 0;

function ok(good, name, detail) {
  count++;
  console.log(`${good ? '' : 'not '}ok ${count} - ${name.replace(/#/g, '\\#').slice(0, 120)}`);
  if (!good && detail !== undefined) {
    console.log('# ' + String(detail).replace(/\n/g, '\n# '));
  }
}

function same(got, expected, name) {
  try {
    assert.deepStrictEqual(got, expected);
    ok(true, name);
  } catch (error) {
    ok(false, name, error.message.slice(0, 2000));
  }
}

async function fails(name, number, action) {
  try {
    await action();
    ok(false, name, 'no error');
  } catch (error) {
    ok(error.number === number || (error.errors || []).some((each) => each.number === number), name, error.stack);
  }
}

const partners = {};
for (const letter of ['A', 'B']) {
  const [address, port, pid] = process.env[`PARTNER_${letter}`].split(' ');
  partners[letter] = { address, port: Number(port), pid: Number(pid) };
}

// A connection; its "partner" is what the event databaseMirroringPartner said.
function connect(letter = 'A', options = {}) {
  return new Promise((resolve, reject) => {
    const connection = new Connection({
      server: partners[letter].address,
      authentication: {
        type: 'default',
        options: { userName: process.env.PARTNER_USER, password: options.password || process.env.PARTNER_PASSWORD },
      },
      options: {
        port: partners[letter].port,
        database: process.env.PARTNER_DATABASE,
        encrypt: false,
        useUTC: true,
        connectTimeout: 15000,
        ...options.options,
      },
    });
    connection.on('databaseMirroringPartner', (name) => { connection.partner = name; });
    connection.on('error', () => {});
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

// Runs a request by one of the connection's methods; rows, row count and outputs.
function run(connection, method, sql, parameters = [], outputs = []) {
  return new Promise((resolve, reject) => {
    const rows = [];
    const values = {};
    const request = new Request(sql, (error, rowCount) => (error ? reject(error) : resolve({ rows, rowCount, values })));
    for (const [name, type, value, options] of parameters) request.addParameter(name, type, value, options);
    for (const [name, type, options] of outputs) request.addOutputParameter(name, type, undefined, options);
    request.on('row', (columns) => rows.push(columns.map((column) => column.value)));
    request.on('returnValue', (name, value) => { values[name] = value; });
    connection[method](request);
  });
}

const batch = (connection, sql) => run(connection, 'execSqlBatch', sql);
const query = (connection, sql, parameters, outputs) => run(connection, 'execSql', sql, parameters, outputs);
const value = async (connection, sql) => (await batch(connection, sql)).rows[0][0];

// A method of a connection that takes a callback first, or only.
const call = (connection, method, ...more) => new Promise((resolve, reject) => {
  connection[method]((error, result) => (error ? reject(error) : resolve(result)), ...more);
});

const utc = (...parts) => new Date(Date.UTC(...parts));
const clock = (h, m, s, ms) => new Date(Date.UTC(1970, 0, 1, h, m, s, ms));
const uuid = '6F9619FF-8B86-D011-B42D-00C04FC964FF';

// An expression, and the value that the client makes of it: decimals and money
// become doubles, bigint text.
const results = [
  ['CAST(255 AS tinyint)', 255], ['CAST(-32768 AS smallint)', -32768], ['CAST(-2147483648 AS int)', -2147483648],
  ['CAST(-9223372036854775808 AS bigint)', '-9223372036854775808'], ['CAST(9223372036854775807 AS bigint)', '9223372036854775807'],
  ['CAST(1 AS bit)', true], ['CAST(0 AS bit)', false], ['CAST(-1.5 AS real)', -1.5], ['CAST(0.1 AS float)', 0.1],
  ['CAST(-214748.3648 AS smallmoney)', -214748.3648], ['CAST(12345678.1234 AS money)', 12345678.1234], ['CAST(-0.0001 AS money)', -0.0001],
  ['CAST(-123.45 AS decimal(5,2))', -123.45], ['CAST(1234567890.12345 AS decimal(19,5))', 1234567890.12345],
  ['CAST(0.5 AS decimal(28,10))', 0.5], ['CAST(-8 AS numeric(38,0))', -8],
  ["CAST('' AS varchar(10))", ''], ["CAST('plain' AS varchar(8000))", 'plain'], ["CAST('ab' AS char(4))", 'ab  '], ["CAST('caf\u00e9' AS varchar(9))", 'caf\u00e9'],
  ["REPLICATE(CAST('x' AS varchar(max)), 100000)", 'x'.repeat(100000)],
  ["CAST(N'äß€' AS nvarchar(4000))", 'äß€'], ["CAST(N'\u{1D11E}' AS nchar(3))", '\u{1D11E} '],
  ["REPLICATE(CAST(N'ž' AS nvarchar(max)), 100000)", 'ž'.repeat(100000)],
  ['CAST(0x00FF AS varbinary(10))', Buffer.from([0, 255])], ['CAST(0x01 AS binary(3))', Buffer.from([1, 0, 0])],
  ['CAST(REPLICATE(CAST(0x41 AS varchar(max)), 100000) AS varbinary(max))', Buffer.alloc(100000, 'A')],
  ["CAST('0001-01-01' AS date)", new Date('0001-01-01T00:00:00Z')], ["CAST('9999-12-31' AS date)", utc(9999, 11, 31)],
  ["CAST('2024-02-29T12:00:00.123' AS datetime)", utc(2024, 1, 29, 12, 0, 0, 123)],
  ["CAST('1753-01-01' AS datetime)", utc(1753, 0, 1)], ["CAST('2079-06-06T23:59:00' AS smalldatetime)", utc(2079, 5, 6, 23, 59)],
  ["CAST('2024-02-29 12:34:56' AS datetime2(0))", utc(2024, 1, 29, 12, 34, 56)],
  ["CAST('2024-02-29 12:34:56.789' AS datetime2(7))", utc(2024, 1, 29, 12, 34, 56, 789)],
  ["CAST('2024-02-29 12:34:56.789 +05:30' AS datetimeoffset(3))", utc(2024, 1, 29, 7, 4, 56, 789)],
  ["CAST('23:59:59.999' AS time(3))", clock(23, 59, 59, 999)], ["CAST('01:02:03' AS time(0))", clock(1, 2, 3, 0)],
  [`CAST('${uuid}' AS uniqueidentifier)`, uuid], ["CAST(N'<a>ž</a>' AS xml)", '<a>ž</a>'],
  ["CAST('text' AS text)", 'text'], ["CAST(N'ntext ž' AS ntext)", 'ntext ž'], ['CAST(0xCAFE AS image)', Buffer.from([0xca, 0xfe])],
  ['CAST(5 AS sql_variant)', 5], ["CAST(N'v' AS sql_variant)", 'v'],
];
const nulls = ['tinyint', 'smallint', 'int', 'bigint', 'bit', 'real', 'float', 'smallmoney', 'money', 'decimal(9,2)', 'decimal(38,10)',
  'char(3)', 'varchar(10)', 'varchar(max)', 'nchar(3)', 'nvarchar(10)', 'nvarchar(max)', 'binary(3)', 'varbinary(10)', 'varbinary(max)',
  'date', 'time(3)', 'datetime', 'smalldatetime', 'datetime2(7)', 'datetimeoffset(7)', 'uniqueidentifier', 'xml', 'text', 'ntext', 'image',
  'sql_variant'];

// Dates carry nanoseconds beside; only the moment is compared.
const plain = (got) => (got instanceof Date ? new Date(got.getTime()) : got);

async function testResults() {
  const connection = await connect();
  for (const [expression, expected] of results) {
    same(plain(await value(connection, `SELECT ${expression} AS v`)), expected, expression);
  }
  for (const type of nulls) {
    same(await value(connection, `SELECT CAST(NULL AS ${type}) AS v`), null, `NULL of ${type}`);
  }
  const all = results.map(([expression], i) => `${expression} AS c${i}, CAST(NULL AS ${nulls[i % nulls.length]}) AS n${i}`);
  const { rows } = await batch(connection, `SELECT ${all.join(', ')}`);
  same(rows[0].map(plain), results.flatMap(([, expected]) => [expected, null]), 'all of them in one row, with NULLs');
  connection.close();
}

const parameters = [
  [TYPES.TinyInt, 255], [TYPES.SmallInt, -32768], [TYPES.Int, 2147483647], [TYPES.BigInt, '-9223372036854775808'], [TYPES.Bit, true],
  [TYPES.Real, 1.5], [TYPES.Float, 0.1], [TYPES.SmallMoney, -214748.3648], [TYPES.Money, 1234.5678],
  [TYPES.Decimal, -123.45, { precision: 9, scale: 2 }], [TYPES.Numeric, 12345678.125, { precision: 28, scale: 3 }],
  [TYPES.VarChar, 'plain'], [TYPES.VarChar, 'x'.repeat(20000)], [TYPES.Char, 'ab  ', { length: 4 }],
  [TYPES.NVarChar, 'äß€\u{1D11E}'], [TYPES.NVarChar, 'ž'.repeat(20000)], [TYPES.NChar, 'ab  ', { length: 4 }],
  [TYPES.VarBinary, Buffer.from([0, 255])], [TYPES.VarBinary, Buffer.alloc(20000, 'b')], [TYPES.Binary, Buffer.from([1, 0, 0]), { length: 3 }],
  [TYPES.Date, utc(2024, 1, 29)], [TYPES.Time, clock(1, 2, 3, 456), { scale: 3 }], [TYPES.DateTime, utc(2024, 1, 29, 1, 2, 3, 0)],
  [TYPES.SmallDateTime, utc(2024, 1, 29, 1, 2)], [TYPES.DateTime2, utc(2024, 1, 29, 1, 2, 3, 456), { scale: 7 }],
  [TYPES.DateTimeOffset, utc(2024, 1, 29, 1, 2, 3, 456), { scale: 3 }], [TYPES.UniqueIdentifier, uuid],
];

async function testParameters() {
  const connection = await connect();
  for (const [type, expected, options] of parameters) {
    for (const given of [expected, null]) {
      const { rows } = await query(connection, 'SELECT @v AS v', [['v', type, given, options]]);
      same(plain(rows[0][0]), given, `parameter ${type.name} ${String(given).slice(0, 30)}`);
    }
  }
  const both = await query(connection, 'SELECT @a + @b AS s; SET @o = @a * @b',
    [['a', TYPES.Int, 6], ['b', TYPES.Int, 7]], [['o', TYPES.Int]]);
  same([both.rows, both.values], [[[13]], { o: 42 }], 'a result and an output parameter');
  connection.close();
}

async function testPrepared() {
  const connection = await connect();
  const answers = [];
  const request = new Request('SELECT @a + 1 AS n, @t AS t', (error) => answers.push(error));
  request.addParameter('a', TYPES.Int);
  request.addParameter('t', TYPES.NVarChar, undefined, { length: 20 });
  let rows = [];
  request.on('row', (columns) => rows.push(columns.map((column) => column.value)));
  await new Promise((resolve, reject) => {
    request.once('prepared', resolve);
    request.once('error', reject);
    connection.prepare(request);
  });
  for (const [a, t] of [[1, 'one'], [2, null], [null, 'none']]) {
    rows = [];
    await new Promise((resolve, reject) => {
      request.callback = (error) => (error ? reject(error) : resolve());
      connection.execute(request, { a, t });
    });
    same(rows, [[a === null ? null : a + 1, t]], `execute with ${a}, ${t}`);
  }
  await new Promise((resolve, reject) => {
    request.callback = (error) => (error ? reject(error) : resolve());
    connection.unprepare(request);
  });
  await fails('executed after it was unprepared: 8179', 8179, () => new Promise((resolve, reject) => {
    request.callback = (error) => (error ? reject(error) : resolve());
    connection.execute(request, { a: 1, t: '' });
  }));
  same(await value(connection, 'SELECT 1'), 1, 'the connection serves on');
  connection.close();
}

async function testTransactions() {
  const connection = await connect();
  const other = await connect();
  await batch(connection, 'CREATE TABLE dbo.account (id int NOT NULL PRIMARY KEY, amount money NOT NULL)');
  await call(connection, 'beginTransaction', 'work', ISOLATION_LEVEL.READ_COMMITTED);
  same((await batch(connection, 'INSERT INTO dbo.account VALUES (1, 100), (2, 50)')).rowCount, 2, 'rows affected');
  same(await value(connection, 'SELECT @@TRANCOUNT'), 1, 'in a transaction');
  await call(connection, 'rollbackTransaction', 'work');
  same(await value(other, 'SELECT COUNT(*) FROM dbo.account'), 0, 'rollback');
  await call(connection, 'beginTransaction');
  await batch(connection, 'INSERT INTO dbo.account VALUES (1, 100)');
  await call(connection, 'saveTransaction', 'before');
  await batch(connection, 'INSERT INTO dbo.account VALUES (2, 50)');
  await call(connection, 'rollbackTransaction', 'before');
  await call(connection, 'commitTransaction');
  same((await batch(other, 'SELECT id, amount FROM dbo.account')).rows, [[1, 100]], 'savepoint and commit');
  await call(connection, 'beginTransaction', '', ISOLATION_LEVEL.SERIALIZABLE);
  same(await value(connection, 'SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID'), 4,
    'begun as SERIALIZABLE');
  await fails('a violated key is 2627', 2627, () => batch(connection, 'INSERT INTO dbo.account VALUES (1, 1)'));
  same(await value(connection, 'SELECT @@TRANCOUNT'), 1, 'and leaves the transaction open');
  await call(connection, 'rollbackTransaction');
  connection.close();
  other.close();
}

async function testErrors() {
  const connection = await connect();
  const words = [];
  connection.on('infoMessage', (info) => words.push(info.message));
  for (const [sql, number] of [['SELECT 1/0', 8134], ['SELECT * FROM dbo.nosuch', 208], ['SELECT 1 +', 102], ["SELECT CAST('x' AS int)", 245],
    ['EXEC dbo.nosuch', 2812], ["THROW 51000, 'thrown', 1", 51000]]) {
    await fails(`${sql} is ${number}`, number, () => batch(connection, sql));
  }
  await fails('an error in a text with parameters', 8134, () => query(connection, 'SELECT 1 / @v', [['v', TYPES.Int, 0]]));
  await batch(connection, "PRINT N'a word'; SELECT 1 AS a; SELECT N'x' AS b");
  ok(words.includes('a word'), 'PRINT is heard', words);
  try {
    await connect('A', { password: 'wrong' });
    ok(false, 'a wrong password');
  } catch (error) {
    ok(error.code === 'ELOGIN' && /Login failed for user/.test(error.message), 'a wrong password', error.stack);
  }
  connection.close();
}

async function testBulk() {
  const connection = await connect();
  await batch(connection, `CREATE TABLE dbo.loaded (id int NOT NULL PRIMARY KEY, name nvarchar(50) NULL, price decimal(10,2) NULL,
    made datetime2(3) NULL, code varchar(10) NULL, data varbinary(20) NULL, ratio float NULL, flag bit NULL, big bigint NULL,
    uuid uniqueidentifier NULL, body nvarchar(max) NULL)`);
  const load = (rows) => new Promise((resolve, reject) => {
    const bulk = connection.newBulkLoad('dbo.loaded', { keepNulls: true }, (error, rowCount) => (error ? reject(error) : resolve(rowCount)));
    bulk.addColumn('id', TYPES.Int, { nullable: false });
    bulk.addColumn('name', TYPES.NVarChar, { length: 50, nullable: true });
    bulk.addColumn('price', TYPES.Decimal, { precision: 10, scale: 2, nullable: true });
    bulk.addColumn('made', TYPES.DateTime2, { scale: 3, nullable: true });
    bulk.addColumn('code', TYPES.VarChar, { length: 10, nullable: true });
    bulk.addColumn('data', TYPES.VarBinary, { length: 20, nullable: true });
    bulk.addColumn('ratio', TYPES.Float, { nullable: true });
    bulk.addColumn('flag', TYPES.Bit, { nullable: true });
    bulk.addColumn('big', TYPES.BigInt, { nullable: true });
    bulk.addColumn('uuid', TYPES.UniqueIdentifier, { nullable: true });
    bulk.addColumn('body', TYPES.NVarChar, { length: Infinity, nullable: true });
    connection.execBulkLoad(bulk, rows);
  });
  const rows = [];
  for (let i = 1; i <= 3000; i++) {
    rows.push(i % 3 === 0 ? [i, ...Array(10).fill(null)] : [i, `name ž ${i}`, i / 4, utc(2024, 0, 1, 0, 0, 0, i % 1000), `c${i}`,
      Buffer.from(String(i)), i / 8, i % 2 === 0, String(i) + '000000000000', uuid, 'body '.repeat(i % 50)]);
  }
  same(await load(rows), 3000, 'bulk load');
  const back = (await batch(connection, 'SELECT * FROM dbo.loaded ORDER BY id')).rows.map((row) => row.map(plain));
  same(back, rows, 'the same rows come back');
  await fails('a key that is there already is 2627', 2627, () => load([[7000, ...Array(10).fill(null)], [1, ...Array(10).fill(null)]]));
  same(await value(connection, 'SELECT COUNT(*) FROM dbo.loaded'), 3000, 'and nothing was loaded');
  connection.close();
}

async function testCancel() {
  const connection = await connect();
  await batch(connection, 'CREATE TABLE dbo.n (v int NOT NULL)');
  await batch(connection, `INSERT INTO dbo.n VALUES ${[...Array(1000).keys()].map((i) => `(${i})`).join(', ')}`);
  let seen = 0;
  const error = await new Promise((resolve) => {
    const request = new Request('SELECT a.v, b.v, c.v FROM dbo.n AS a CROSS JOIN dbo.n AS b CROSS JOIN dbo.n AS c', resolve);
    request.on('row', () => {
      if (++seen === 1000) {
        connection.cancel();
      }
    });
    connection.execSqlBatch(request);
  });
  ok(error && error.code === 'ECANCEL', 'a result of 10^9 rows, cancelled after 1,000', error);
  same(await value(connection, 'SELECT COUNT(*) FROM dbo.n'), 1000, 'the connection serves on');
  const idle = new Promise((resolve) => {
    const request = new Request("WAITFOR DELAY '00:01:00'", resolve);
    connection.execSqlBatch(request);
    setTimeout(() => connection.cancel(), 200);
  });
  const waited = await idle;
  ok(waited && waited.code === 'ECANCEL', 'WAITFOR, cancelled', waited);
  same(await value(connection, 'SELECT 1'), 1, 'the connection serves on');
  connection.close();
}

async function testFailover() {
  const connection = await connect();
  same(connection.partner, 'PARTNER\\B', 'event databaseMirroringPartner: the login names the partner');
  same(await value(connection, 'SELECT @@SERVERNAME'), 'A', 'A serves');
  await batch(connection, 'INSERT INTO dbo.account VALUES (10, 10)');
  await call(connection, 'beginTransaction');
  await batch(connection, 'INSERT INTO dbo.account VALUES (11, 11)');
  process.kill(partners.A.pid, 'SIGKILL');
  let lost = null;
  try {
    await batch(connection, 'SELECT 1');
  } catch (error) {
    lost = error;
  }
  ok(lost !== null, 'after kill -9 of A the next request fails');
  connection.close();
  let next = null;
  for (const deadline = Date.now() + 60000; next === null && Date.now() < deadline;) {
    try {
      next = await connect('B');
    } catch (error) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
  ok(next !== null, 'B takes over');
  same(next.partner, 'PARTNER\\A', 'and names A as its partner');
  same((await batch(next, 'SELECT id FROM dbo.account WHERE id >= 10')).rows, [[10]], 'what was committed is there, nothing else');
  next.close();
}

(async () => {
  for (const test of [testResults, testParameters, testPrepared, testTransactions, testErrors, testBulk, testCancel, testFailover]) {
    try {
      await test();
    } catch (error) {
      ok(false, test.name, error.stack);
    }
  }
  console.log(`1..${count}`);
  process.exit(0);
})();
