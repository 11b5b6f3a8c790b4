# Moves.pm: what transactions consist of, as DML on foreign tables.
#
# chaos_next(), chaos_plus() and chaos_true() are PL/pgSQL: no rule ships them, so a
# statement that calls one reads here, computes here and writes by key.

package Moves;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(pick $accounts $counters $endowment local_sql remote_sql @tables);

our ($accounts, $counters, $endowment) = (12, 3, 10000);
our @tables = qw(ledger account counter ticket);

# T-SQL: the tables of one part of the test, whose names end in part.
sub remote_sql
{
	my ($part) = @_;

	return "CREATE TABLE dbo.ledger_$part (id int IDENTITY NOT NULL PRIMARY KEY, client int NOT NULL, txn int NOT NULL, "
	  . "line int NOT NULL, amount int NOT NULL, note nvarchar(40) NULL)\ngo\n"
	  . "CREATE INDEX ledger_${part}_txn ON dbo.ledger_$part (client, txn)\ngo\n"
	  . "CREATE TABLE dbo.account_$part (id int NOT NULL PRIMARY KEY, balance decimal(18,2) NOT NULL)\ngo\n"
	  . "INSERT INTO dbo.account_$part VALUES " . join(', ', map { "($_, $endowment)" } 1 .. $accounts) . "\ngo\n"
	  . "CREATE TABLE dbo.counter_$part (id int NOT NULL PRIMARY KEY, value bigint NOT NULL)\ngo\n"
	  . "INSERT INTO dbo.counter_$part VALUES " . join(', ', map { "($_, 0)" } 1 .. $counters) . "\ngo\n"
	  . "CREATE TABLE dbo.ticket_$part (id bigint NOT NULL PRIMARY KEY, note nvarchar(40) NOT NULL)\ngo\n";
}

# SQL: the same as foreign tables of a server, in a schema of that name.
sub local_sql
{
	my ($part, $server, $schema) = @_;

	return "CREATE SCHEMA $schema;\n"
	  . 'IMPORT FOREIGN SCHEMA dbo LIMIT TO (' . join(', ', map { "${_}_$part" } @tables) . ")\n"
	  . "  FROM SERVER $server INTO $schema;\n"
	  . join('', map { "ALTER FOREIGN TABLE $schema.${_}_$part RENAME TO $_;\n" } @tables);
}

our $functions_sql = <<'SQL';
CREATE FUNCTION chaos_next(bigint) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 1; END';
CREATE FUNCTION chaos_plus(numeric, numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RETURN $1 + $2; END';
CREATE FUNCTION chaos_true(text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN $1 IS NOT NULL; END';
SQL

sub below { return int(rand($_[0])); }
sub one_of { return $_[ rand @_ ]; }

sub row_of
{
	my ($t) = @_;
	my ($line, $amount) = ($t->next_line, 1 + below(1000));

	$t->effect("L:$line:$amount");
	return ($t->{client}, $t->{number}, $line, $amount);
}

sub insert_row
{
	my ($t) = @_;
	my @row = row_of($t);
	my $values = join ', ', @row;

	if (below(2))
	{
		$t->ask("INSERT INTO ledger (client, txn, line, amount, note) VALUES ($values, 'caf\xc3\xa9 $row[1]')", 'INSERT 0 1');
		return;
	}
	my $rows = $t->ask("INSERT INTO ledger (client, txn, line, amount) VALUES ($values) RETURNING id, amount", 'INSERT 0 1');
	die { wrong => 'RETURNING gives ' . join '|', map { $_ // 'NULL' } @{ $rows->[0] // [] } }
	  if @$rows != 1 || $rows->[0][0] !~ /^\d+$/ || $rows->[0][1] != $row[3];
	return;
}

sub insert_rows
{
	my ($t) = @_;
	my $count = 2 + below(6);
	my $values = join ', ', map { '(' . join(', ', row_of($t)) . ')' } 1 .. $count;

	$t->ask("INSERT INTO ledger (client, txn, line, amount) VALUES $values", "INSERT 0 $count");
	return;
}

# As many rows as COPY and INSERT ... SELECT usually have, and now and then so many that
# they do not go in one request.
sub row_count { return below(25) ? 2 + below(20) : 400 + below(900); }

sub insert_query
{
	my ($t) = @_;
	my ($count, $amount) = (row_count(), 1 + below(50));
	my $first = $t->next_lines($count, $amount);

	$t->ask("INSERT INTO ledger (client, txn, line, amount) SELECT $t->{client}, $t->{number}, i, $amount "
		  . "FROM generate_series($first, $first + $count - 1) i", "INSERT 0 $count");
	return;
}

sub copy_rows
{
	my ($t) = @_;
	my ($count, $amount) = (row_count(), 1 + below(50));
	my $first = $t->next_lines($count, $amount);
	my $data = join '', map { join("\t", $t->{client}, $t->{number}, $_, $amount) . "\n" } $first .. $first + $count - 1;

	$t->ask('COPY ledger (client, txn, line, amount) FROM STDIN', "COPY $count", $data);
	return;
}

# Sends what it reads here, or lets the server compute, or both in one statement.
sub transfer
{
	my ($t) = @_;
	my $from = 1 + below($accounts);
	my $to = 1 + ($from + below($accounts - 1)) % $accounts;
	my $amount = 1 + below(90);
	my $way = below(3);

	$t->effect("T:$from:$to:$amount");
	if ($way == 0)
	{
		$t->ask("UPDATE account SET balance = chaos_plus(balance, -$amount) WHERE id = $from", 'UPDATE 1');
		$t->ask("UPDATE account SET balance = balance + $amount WHERE id = $to", 'UPDATE 1');
	}
	elsif ($way == 1)
	{
		$t->ask("UPDATE account SET balance = balance - $amount WHERE id = $from", 'UPDATE 1');
		$t->ask("UPDATE account SET balance = chaos_plus(balance, $amount) WHERE id = $to", 'UPDATE 1');
	}
	else
	{
		$t->ask("UPDATE account SET balance = balance + d.amount FROM (VALUES ($from, -$amount), ($to, $amount)) d (id, amount) "
			  . 'WHERE account.id = d.id', 'UPDATE 2');
	}
	return;
}

# Read, computed here, written by key.  Without a lock two would read the same.
sub increment
{
	my ($t, $counter) = @_;
	$counter //= 1 + below($counters);
	my $value;

	if (below(2))
	{
		my $rows = $t->ask("UPDATE counter SET value = chaos_next(value) WHERE id = $counter RETURNING value", 'UPDATE 1');
		$value = $rows->[0][0];
	}
	else
	{
		my $lock = ($t->{isolation} // '') eq 'SERIALIZABLE' && below(2) ? '' : ' FOR UPDATE';
		my $rows = $t->ask("SELECT value FROM counter WHERE id = $counter$lock", 'SELECT 1');
		$value = $rows->[0][0] + 1;
		$t->ask("UPDATE counter SET value = $value WHERE id = $counter", 'UPDATE 1');
	}
	$t->effect("C:$counter:$value");
	return;
}

sub note_of { my ($ticket) = @_; return "Karte n\xc2\xba $ticket"; }

sub make_ticket
{
	my ($t) = @_;
	my $ticket = $t->{client} * 100000000 + $t->{number} * 10 + $t->{tickets}++;

	$t->ask("INSERT INTO ticket (id, note) VALUES ($ticket, '" . note_of($ticket) . "')", 'INSERT 0 1');
	$t->effect("N:$ticket");
	return $ticket;
}

# One of the client's own, of which it was told that they are there.
sub take_ticket
{
	my ($t) = @_;
	my $ticket = shift @{ $t->{known} } // return make_ticket($t);
	my $also = one_of('', " AND chaos_true(note)");
	my $rows = $t->ask("DELETE FROM ticket WHERE id = $ticket$also RETURNING note", 'DELETE 1');

	die { wrong => "ticket $ticket says " . ($rows->[0][0] // 'NULL') } if ($rows->[0][0] // '') ne note_of($ticket);
	$t->effect("D:$ticket");
	return;
}

sub take_or_make { my ($t) = @_; return @{ $t->{known} } > below(6) ? take_ticket($t) : make_ticket($t); }

# What this transaction has written so far is there for itself.
sub look
{
	my ($t) = @_;
	my ($lines, $sum) = (0, 0);

	for my $effect (@{ $t->{effects} })
	{
		my ($word, @what) = split /:/, $effect;
		my $count = $word eq 'L' ? 1 : $word eq 'R' ? $what[1] : 0;

		$lines += $count;
		$sum += $count * $what[-1];
	}
	my $rows = $t->ask("SELECT count(*), coalesce(sum(amount), 0) FROM ledger WHERE client = $t->{client} AND txn = $t->{number}");
	my $found = join ' ', @{ $rows->[0] };
	die { wrong => "it sees $found of its own rows instead of $lines $sum" } if $found ne "$lines $sum";
	return;
}

# One request sees one moment only where the remote isolation says so.
sub sum_up
{
	my ($t) = @_;
	my $rows = $t->ask('SELECT sum(balance), count(*) FROM account');
	my $sum = $accounts * $endowment;

	return if !$t->{isolation};
	die { wrong => "the sum of the accounts is $rows->[0][0]" } if $rows->[0][0] != $sum || $rows->[0][1] != $accounts;
	return;
}

sub mixed
{
	my ($t) = @_;
	my @parts = map { one_of(\&insert_row, \&transfer, \&transfer, \&increment, \&take_or_make) } 1 .. 1 + below(3);

	push @parts, one_of(\&insert_row, \&insert_row, \&insert_rows, \&insert_query, \&copy_rows);
	push @parts, \&look if below(4) == 0;
	unshift @parts, \&sum_up if below($t->{isolation} ? 2 : 8) == 0;
	$t->begin;
	$_->($t) for @parts;
	$t->commit;
	return;
}

sub with_savepoints
{
	my ($t) = @_;
	my $ticket;

	$t->begin;
	insert_row($t);
	$t->undone(sub { one_of(\&transfer, \&increment, \&insert_rows, \&copy_rows, \&take_or_make)->($t); insert_row($t) });
	$ticket = make_ticket($t);
	$t->refused("INSERT INTO ticket (id, note) VALUES ($ticket, 'again')", '23505') if below(2);
	transfer($t) if below(2);
	if (below(2))
	{
		$t->ask('SAVEPOINT kept', 'SAVEPOINT');
		insert_row($t);
		increment($t);
		$t->ask('RELEASE SAVEPOINT kept', 'RELEASE');
	}
	look($t);
	$t->commit;
	return;
}

# One statement is the transaction.
sub alone
{
	my ($t) = @_;

	local $t->{single} = 1;
	one_of(\&insert_row, \&insert_rows, \&insert_query, \&copy_rows)->($t);
	return;
}

sub given_up
{
	my ($t) = @_;

	$t->begin;
	one_of(\&insert_row, \&insert_rows, \&copy_rows)->($t);
	one_of(\&transfer, \&increment, \&take_or_make)->($t);
	$t->ask('ROLLBACK', 'ROLLBACK');
	return;
}

# Each of them counts, so that their order is known.
sub counted
{
	my ($t) = @_;

	$t->begin;
	increment($t, 1);
	insert_row($t);
	transfer($t);
	$t->commit;
	return;
}

my @kinds = ([ 56, mixed => \&mixed ], [ 16, savepoints => \&with_savepoints ], [ 20, alone => \&alone ], [ 8, given_up => \&given_up ]);
my @levels = ([ 84, undef ], [ 8, 'REPEATABLE READ' ], [ 8, 'SERIALIZABLE' ]);

sub drawn
{
	my (@cards) = @_;
	my $dice = below(100);

	for my $card (@cards)
	{
		return $card if ($dice -= $card->[0]) < 0;
	}
	return $cards[0];
}

# (isolation, name, function)
sub pick
{
	my (undef, $name, $function) = @{ drawn(@kinds) };
	my $isolation = drawn(@levels)->[1];

	return ($name eq 'alone' ? undef : $isolation, $name, $function);
}

1;
