"""python3-tds as the measurements see it: a program that obeys lines.

Each line, "open" or "ask", runs the statement, on the connection or else on a new
one, which is kept until an error.  Each answer is a line: when it was asked and when
it was answered, by the clock that never goes back, then "row" and the value or
"error" and what.
"""

import os
import sys
import time

import pytds

connection = None


def connect():
    return pytds.connect(server=os.environ['PEER_SERVER'], failover_partner=os.environ['PEER_PARTNER'],
                         port=int(os.environ['PEER_PORT']), database=os.environ['PEER_DATABASE'],
                         user=os.environ['PEER_USER'], password=os.environ['PEER_PASSWORD'], autocommit=True)


print('ready', flush=True)
for line in sys.stdin:
    start = time.monotonic()
    try:
        if connection is None:
            connection = connect()
        cursor = connection.cursor()
        cursor.execute('SELECT @@SERVERNAME')
        answer = 'row %s' % cursor.fetchone()[0]
    except Exception as error:
        connection = None
        answer = 'error %s' % type(error).__name__
    print('%.6f %.6f %s' % (start, time.monotonic(), answer), flush=True)
