# attention.py HOST PORT USER PASSWORD: reads one row of many, cancels, asks again.
# Prints what became of it; a server that ignores attention is given 2 s.
import socket
import sys

import pytds

host, port, user, password = sys.argv[1:]
connection = pytds.connect(host, port=int(port), user=user, password=password, database='master',
                           appname='drill one', timeout=2, autocommit=True)
cursor = connection.cursor()
cursor.execute('SELECT id FROM standin_rows(200000)')
cursor.fetchone()
try:
    cursor.cancel()
    cursor.execute('SELECT 7')
    print('cancelled, then', cursor.fetchone()[0])
except (socket.timeout, pytds.Error) as error:
    print('no answer:', type(error).__name__)
