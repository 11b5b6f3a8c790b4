# Found.pm: what one partner holds, asked by a client that nobody here wrote.

package Found;

use strict;
use warnings;
use Exporter 'import';
use Moves ();

our @EXPORT_OK = qw(found differences open_transactions sessions);

sub rows_of
{
	my ($instance, $database, $sql) = @_;
	my @rows;

	for my $row (split /\n/, $instance->tsql($sql, database => $database))
	{
		$row =~ s/\s+//g;
		push @rows, $row if $row ne '';
	}
	return \@rows;
}

my %columns = (ledger => 'id, client, txn, line, amount', account => 'id, balance', counter => 'id, value', ticket => 'id');

# For each table its rows, columns separated by "|"; and how many marks say "committed".
sub found
{
	my ($instance, $database, $part) = @_;
	my %found = map { $_ => rows_of($instance, $database, "SELECT $columns{$_} FROM dbo.${_}_$part ORDER BY id") } @Moves::tables;

	for my $table (@Moves::tables)
	{
		/^[-\d.]+(?:\|[-\d.]+)*$/ or die "$instance->{name}: $_ is no row of $table\n" for @{ $found{$table} };
	}
	$found{marks} = rows_of($instance, $database, "SELECT COUNT(*) FROM dbo.commit_log WHERE outcome = 'committed'")->[0];
	return \%found;
}

# What one has and the other has not.
sub differences
{
	my ($left, $right) = @_;
	my @all;

	for my $table (@Moves::tables)
	{
		my %left = map { $_ => 1 } @{ $left->{$table} };
		my %right = map { $_ => 1 } @{ $right->{$table} };

		push @all, map({ "$table: $_" } grep({ !$right{$_} } @{ $left->{$table} }), grep({ !$left{$_} } @{ $right->{$table} }));
		push @all, "$table: rows twice" if !@all && @{ $left->{$table} } != @{ $right->{$table} };
	}
	push @all, "marks: $left->{marks} and $right->{marks}" if $left->{marks} != $right->{marks};
	return @all;
}

# Sessions that have a transaction open.
sub open_transactions
{
	my ($instance) = @_;
	return @{ rows_of($instance, 'master',
		'SELECT session_id, program_name FROM sys.dm_exec_sessions WHERE open_transaction_count > 0') };
}

# Sessions of the clients.  One whose COMMIT was given up is there until that has ended.
sub sessions
{
	my ($instance) = @_;
	return @{ rows_of($instance, 'master', "SELECT session_id, program_name FROM sys.dm_exec_sessions WHERE program_name LIKE 'chaos %'") };
}

1;
