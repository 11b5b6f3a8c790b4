"""A client of the chaos test: transactions of one or two rows until standard input ends.

client.py CLIENT SEED TABLE LOG, with the pair in the environment (CHAOS_...).  What it
is about to do and what became of it goes to LOG, a line a step, before the next step:

    begin TXN AMOUNT [AMOUNT]   these rows, if it commits
    ack TXN                     commit() returned
    doubt TXN                   commit() failed
    none TXN                    rolled back, or broken before commit() was called

In every other case than "ack" and "doubt" the server must roll back.
"""

import os
import random
import select
import sys
import time

import pytds

number, seed, table, log_path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
chance = random.Random(seed * 1000 + number)
log = open(log_path, 'ab', buffering=0)
ROLLBACKS = 0.05


def note(*words):
    log.write((' '.join(str(word) for word in words) + '\n').encode())


def complain(what, error):
    print('%.3f %s: %s: %s' % (time.time(), what, type(error).__name__, error), file=sys.stderr, flush=True)


def told_to_stop():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def connect():
    return pytds.connect(
        server=os.environ['CHAOS_A'], failover_partner=os.environ['CHAOS_B'], port=int(os.environ['CHAOS_PORT']),
        database=os.environ['CHAOS_DATABASE'], user=os.environ['CHAOS_USER'], password=os.environ['CHAOS_PASSWORD'],
        appname='chaos %d' % number, autocommit=False, login_timeout=10, timeout=30)


def execute(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()[0][0] if cursor.description else cursor.rowcount


def begin(connection):
    """Until the driver is in a transaction.  It begins one with its first statement, but runs that
    statement again by itself, on another connection and outside of any, when the first is gone."""
    while execute(connection, 'SELECT @@TRANCOUNT') != 1:
        pass


def transact(connection, txn, amounts):
    """True when it ended as planned; otherwise the connection is of no more use."""
    try:
        begin(connection)
        for line, amount in enumerate(amounts, 1):
            if execute(connection, 'INSERT INTO dbo.%s (client, txn, line, amount) VALUES (%d, %d, %d, %d)'
                       % (table, number, txn, line, amount)) != 1:
                raise pytds.Error('not one row inserted')
        if chance.random() < ROLLBACKS:
            connection.rollback()
            note('none', txn)
            return True
    except Exception as error:
        note('none', txn)
        complain('transaction %d' % txn, error)
        return False
    try:
        connection.commit()
    except Exception as error:
        note('doubt', txn)
        complain('commit of %d' % txn, error)
        return False
    note('ack', txn)
    return True


def close(connection):
    try:
        connection.close()
    except Exception as error:
        complain('close', error)


def run(txn):
    connection = None
    while not told_to_stop():
        if connection is None:
            try:
                connection = connect()
            except Exception as error:
                complain('connect', error)
                time.sleep(0.02)
                continue
        txn += 1
        amounts = [chance.randrange(1000000) for _ in range(chance.choice((1, 2)))]
        note('begin', txn, *amounts)
        if not transact(connection, txn, amounts):
            close(connection)
            connection = None
    if connection is not None:
        close(connection)


run(int(sys.argv[5]))
