// What tedious reads, against what is expected: see Peers.pm.

'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { Connection, Request } = require(path.join(process.env.CLIENT_MODULES, 'tedious'));

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

function connect() {
  return new Promise((resolve, reject) => {
    const connection = new Connection({
      server: job.address,
      authentication: { type: 'default', options: { userName: job.user, password: job.password } },
      options: { port: job.port, database: job.database, encrypt: false, useUTC: true, textsize: 2147483647 },
    });
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

function rowsOf(connection, sql) {
  return new Promise((resolve, reject) => {
    const rows = [];
    const request = new Request(sql, (error) => (error ? reject(error) : resolve(rows)));
    request.on('row', (columns) => rows.push(columns.map((column) => column.value)));
    connection.execSqlBatch(request);
  });
}

// Dates without the zeros that PostgreSQL does not write at the end of a fraction.
function textOf(value, kind) {
  if (typeof value === 'boolean') {
    return value ? 't' : 'f';
  }
  if (Buffer.isBuffer(value)) {
    return '\\x' + value.toString('hex');
  }
  if (value instanceof Date) {
    const [day, time] = value.toISOString().split('T');
    return kind === 'date' ? day : `${day} ${time.replace(/\.?0*Z$/, '')}`;
  }
  return kind === 'uuid' ? value.toLowerCase() : String(value);
}

function same(value, kind, want) {
  if (value === null || want === null) {
    return value === null && want === null;
  }
  if (kind === 'double precision' || kind === 'numeric') {
    return Object.is(value, kind === 'numeric' ? Number(want.text) + 0 : Number(want.text));
  }
  if (kind === 'real') {
    return Object.is(Math.fround(value), Math.fround(Number(want.text)));
  }
  const text = textOf(value, kind);
  if (want.md5 === undefined) {
    return text === want.text;
  }
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === want.size && crypto.createHash('md5').update(bytes).digest('hex') === want.md5;
}

async function main() {
  const connection = await connect();
  let read = 0;
  for (const [label, relation, name, kind, wanted] of job.columns) {
    for (const [id, value] of await rowsOf(connection, `SELECT id, ${name} FROM ${relation}`)) {
      if (!(id in wanted)) {
        continue;
      }
      read++;
      if (!same(value, kind, wanted[id])) {
        console.log(`wrong ${label}.${name} ${id}: ${JSON.stringify(value).slice(0, 100)}, not ` +
          JSON.stringify(wanted[id]).slice(0, 100));
      }
    }
  }
  console.log(`read ${read}`);
  connection.close();
}

main().catch((error) => {
  console.log(error.stack);
  process.exitCode = 1;
});
