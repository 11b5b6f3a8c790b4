"""What python3-tds reads, against what is expected: see Peers.pm."""

import datetime
import decimal
import hashlib
import json
import struct
import sys

import pytds


def fraction(value):
    """Time of day as PostgreSQL writes it: no zeros at the end of the fraction."""
    text = value.strftime('%H:%M:%S')
    return text + ('.%06d' % value.microsecond).rstrip('0') if value.microsecond else text


def day(value):
    return '%04d-%02d-%02d' % (value.year, value.month, value.day)


def text_of(value, kind):
    if isinstance(value, bool):
        return 't' if value else 'f'
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return day(value) + ' ' + fraction(value) + ('+00' if kind == 'timestamptz' else '')
    if isinstance(value, datetime.date):
        return day(value)
    if isinstance(value, datetime.time):
        return fraction(value)
    if isinstance(value, (bytes, bytearray)):
        return '\\x' + bytes(value).hex()
    return str(value)


def same(value, kind, want):
    if value is None or want is None:
        return value is None and want is None
    if kind == 'double precision':
        return struct.pack('<d', value) == struct.pack('<d', float(want['text']))
    if kind == 'numeric':       # the scale is lost
        return isinstance(value, decimal.Decimal) and value == decimal.Decimal(want['text'])
    if kind == 'real':
        return struct.pack('<f', value) == struct.pack('<f', float(want['text']))
    text = text_of(value, kind)
    if 'md5' not in want:
        return text == want['text']
    encoded = text.encode('utf-8')
    return len(encoded) == want['size'] and hashlib.md5(encoded).hexdigest() == want['md5']


with open(sys.argv[1], encoding='utf-8') as file:
    job = json.load(file)
read = 0
with pytds.connect(server=job['address'], port=job['port'], database=job['database'], user=job['user'],
                   password=job['password'], autocommit=True) as connection:
    with connection.cursor() as cursor:
        cursor.execute('SET TEXTSIZE 2147483647')
        for label, relation, name, kind, wanted in job['columns']:
            cursor.execute('SELECT id, %s FROM %s' % (name, relation))
            for number, value in cursor.fetchall():
                if str(number) not in wanted:
                    continue
                read += 1
                if not same(value, kind, wanted[str(number)]):
                    print('wrong %s.%s %d: %s, not %s' % (label, name, number, ascii(value)[:100],
                                                         str(wanted[str(number)])[:100].encode('unicode_escape').decode()))
print('read %d' % read)
