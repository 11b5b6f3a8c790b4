# A backend that ends in the middle of a transaction that writes, whenever that is,
# leaves no open transaction on the server, no lock, and nothing half-done.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

# A psql whose server has gone may be gone, too, when it is told something.
$SIG{PIPE} = 'IGNORE';

my $pair = TdsMirror::Pair->start(prefix => 'ended-', script => <<'SQL');
CREATE TABLE dbo.debit (id int NOT NULL, n int NOT NULL, note nvarchar(100) NULL, CONSTRAINT PK_debit PRIMARY KEY (id, n))
go
CREATE TABLE dbo.credit (id int NOT NULL, n int NOT NULL, note nvarchar(100) NULL, CONSTRAINT PK_credit PRIMARY KEY (id, n))
go
CREATE TABLE dbo.total (id int NOT NULL PRIMARY KEY, amount int NOT NULL)
go
INSERT INTO dbo.total VALUES (1, 0), (2, 0)
go
SQL
my $principal = $pair->a;
my $tables = join '', map { my $t = $_;
	map { "CREATE FOREIGN TABLE $_->[1]$t->[0] ($t->[1]) SERVER $_->[0] OPTIONS (schema_name 'dbo', table_name '$t->[0]');\n" }
	  [ 'erp', '' ], [ 'others', 'other_' ] }
  [ 'debit', "id int OPTIONS (key 'true'), n int OPTIONS (key 'true'), note text" ],
  [ 'credit', "id int OPTIONS (key 'true'), n int OPTIONS (key 'true'), note text" ],
  [ 'total', "id int OPTIONS (key 'true'), amount int" ];
my %cluster;

for my $name ('terminated', 'killed')
{
	$cluster{$name} = TdsMirror::Cluster->start($name);
	$cluster{$name}->sql(server_sql($pair, application_name => 'victim', commit_timeout => '60 s')
		  . server_sql($pair, name => 'others', application_name => 'others') . $tables);
}
my $observer = $cluster{terminated}->session;
my $holder = $cluster{terminated}->session;
my $id = 0;

sub on_server { return $principal->tsql($_[0], database => 'erp') =~ s/\s+/ /gr =~ s/^ | $//gr; }

sub struck { my ($point) = @_; return scalar grep { /^$point .* hits [1-9]/ } $principal->control('faults'); }

# Lines for a psql that is in the middle of COPY.
sub type
{
	my ($psql, $text) = @_;

	$psql->{in} .= $text;
	$psql->{harness}->pump_nb while length $psql->{in};
	return;
}

my $write = sub { my ($table) = @_; return "INSERT INTO $table VALUES ($id, 1, 'one'), ($id, 2, 'two');"; };
my $begin = sub { return 'BEGIN;' . $write->('debit') . $write->('credit') . 'UPDATE total SET amount = amount + 1 WHERE id = 1;'; };
my $waits = sub { my ($point) = @_; return sub { wait_until('the server was asked', 20, sub { struck($point) }); }; };

# What the victim does, until it is caught; what has become of its rows: 0 or 4 of
# them, or "either".
my @phases = (
	{ name => 'before the first write', query => "BEGIN; SELECT count(*) FROM total", closed => 1, rows => 0 },
	{ name => 'between statements', query => sub { $begin->() }, rows => 0 },
	{ name => 'in a savepoint', query => sub { 'BEGIN; SAVEPOINT a;' . $write->('debit') . 'SAVEPOINT b;' . $write->('credit') }, rows => 0 },
	{ name => 'with rows locked', query => "BEGIN; SELECT * FROM total WHERE id = 1 FOR UPDATE", rows => 0 },
	{ name => 'during the first INSERT', fault => 'batch hang skip 1', point => 'batch',
		before => 'SELECT count(*) FROM total; BEGIN', send => sub { $write->('debit') }, rows => 0 },
	{ name => 'during a later INSERT', fault => 'batch hang', point => 'batch',
		before => sub { 'BEGIN;' . $write->('debit') }, send => sub { $write->('credit') }, rows => 0 },
	{ name => 'during an UPDATE of many rows', fault => 'batch hang', point => 'batch',
		before => sub { $begin->() }, send => sub { "UPDATE debit SET note = repeat(note, 2) WHERE id = $id" }, rows => 0 },
	{ name => 'among rows that are read before they are changed', fault => 'row hang 1', point => 'row',
		before => sub { $begin->() }, send => sub { "UPDATE debit SET note = md5(note) WHERE id = $id" }, rows => 0 },
	{ name => 'during an UPDATE that waits for a lock', blocked => 1,
		before => "BEGIN; SELECT count(*) FROM total", send => 'UPDATE total SET amount = amount + 1 WHERE id = 2', rows => 0 },
	{ name => 'during an INSERT that waits for a lock', blocked => 1,
		before => "BEGIN; SELECT count(*) FROM total", send => sub { $write->('debit') }, rows => 0 },
	{ name => 'in the middle of COPY', copy => 2500, rows => 0 },
	{ name => 'in the middle of COPY, after other statements', copy => 1500, before => sub { $begin->() }, rows => 0 },
	{ name => 'after a failed statement', closed => 1, before => sub { $begin->() }, try => sub { $write->('debit') }, rows => 0 },
	{ name => 'while COMMIT has not been heard', fault => 'commit_before_log hang', point => 'commit_before_log',
		before => sub { $begin->() }, send => 'COMMIT', rows => 'either' },
	{ name => 'while COMMIT has not been answered', fault => 'commit_before_reply hang', point => 'commit_before_reply',
		before => sub { $begin->() }, send => 'COMMIT', rows => 'either' },
	{ name => 'after COMMIT', query => sub { $begin->() . 'COMMIT' }, closed => 1, rows => 4 },
	{ name => 'after ROLLBACK', query => sub { $begin->() . 'ROLLBACK' }, closed => 1, rows => 0 },
);

sub sql_of { return ref $_[0] ? $_[0]->() : $_[0]; }

sub bring_there
{
	my ($psql, $phase) = @_;

	$psql->query(sql_of($phase->{query})) if $phase->{query};
	$psql->query(sql_of($phase->{before})) if $phase->{before};
	if ($phase->{try})
	{
		my ($ok) = $psql->try(sql_of($phase->{try}));
		ok(!$ok, "$phase->{name}: the statement fails");
	}
	$holder->query('BEGIN; UPDATE other_total SET amount = amount WHERE id = 2') if $phase->{blocked};
	$principal->control("fault $phase->{fault} scope victim") if $phase->{fault};
	if ($phase->{copy})
	{
		type($psql, "COPY debit FROM stdin;\n" . join('', map { "$id\t" . ($_ + 10) . "\tcopied\n" } 1 .. $phase->{copy}));
		sleep 0.5;
	}
	if ($phase->{send})
	{
		$psql->send(sql_of($phase->{send}));
		$phase->{point} ? $waits->($phase->{point})->() : sleep 0.5;
	}
	return;
}

for my $how (sort keys %cluster)
{
	for my $phase (@phases)
	{
		my $psql = $cluster{$how}->session;
		my $pid = $psql->backend;
		my $name = "$how $phase->{name}";

		$id++;
		bring_there($psql, $phase);
		is(on_server("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE program_name = 'victim' AND open_transaction_count > 0"),
			$phase->{closed} ? 0 : 1, "$name: " . ($phase->{closed} ? 'no' : 'a') . ' transaction before')
		  unless $phase->{rows} eq 'either';
		$how eq 'killed' ? kill('KILL', $pid) : $observer->query("SELECT pg_terminate_backend($pid)");
		wait_until('the backend has ended', 20, sub { !-e "/proc/$pid" || !kill 0, $pid });
		$principal->control('clear');
		ok(eval { wait_until('its sessions are gone', 20, sub {
			on_server("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE program_name = 'victim'") eq '0' }) }, "$name: no session is left");
		is(on_server("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE open_transaction_count > 0 AND program_name <> 'others'"), 0,
			"$name: no transaction is open");
		$holder->query('COMMIT') if $phase->{blocked};
		$holder->query("UPDATE other_total SET amount = amount WHERE id IN (1, 2)");

		my ($debit, $credit) = map { on_server("SELECT COUNT(*) FROM dbo.$_ WHERE id = $id") } 'debit', 'credit';
		my $rows = $phase->{rows} eq 'either' && $debit + $credit == 4 ? 4 : $phase->{rows} eq 'either' ? 0 : $phase->{rows};
		is("$debit $credit", $rows == 4 ? '2 2' : '0 0', "$name: all or nothing of it");
		is(on_server('SELECT SUM(amount) FROM dbo.total') - on_server('SELECT COUNT(*) FROM dbo.credit') / 2, 0,
			"$name: the total agrees");
		if ($how eq 'killed')
		{
			wait_until('the cluster is up again', 60, sub { eval { $cluster{killed}->sql('SELECT 1') } });
		}
		eval { $psql->quit };
	}
}

# Somebody else still works, and so do new backends.
for my $how (sort keys %cluster)
{
	my $psql = $cluster{$how}->session;

	$id++;
	$psql->query($begin->() . 'COMMIT');
	is($psql->query("SELECT count(*) FROM debit WHERE id = $id"), 2, "$how: a new backend writes");
	$psql->quit;
}
$_->quit for $observer, $holder;
$pair->stop;

done_testing();
