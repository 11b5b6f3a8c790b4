# Plants.pm: one thing wrong at a time, which the judge has to see, and nothing else.
#
# Those in the tables are made on a partner, after the test, and undone; those in the
# logs are made in a copy of what was read.

package Plants;

use strict;
use warnings;
use Exporter 'import';
use Found qw(found differences);
use Judge qw(@subjects);
use Moves ();

our @EXPORT_OK = qw(plants);

sub first_of { my ($told, $test) = @_; return (grep { $test->($_) } sort { $a->{client} <=> $b->{client} || $a->{number} <=> $b->{number} } $told->transactions)[0]; }

sub words_of { my ($known, $word) = @_; return map { /^$word:(.*)/ ? [ split /:/, $1 ] : () } @{ $known->{effects} }; }

# The id of one that is committed.
sub a_mark
{
	my ($principal, $database) = @_;
	return $principal->tsql("SELECT TOP 1 CONVERT(char(36), id) FROM dbo.commit_log WHERE outcome = 'committed'", database => $database) =~ s/\s+//gr;
}

# name, what is found more (subject => count), T-SQL, T-SQL that undoes it
sub in_tables
{
	my ($told, $part, $mark) = @_;
	my ($ledger, $account, $counter, $ticket) = map { "dbo.${_}_$part" } @Moves::tables;
	my $columns = '(client, txn, line, amount)';
	my $single = first_of($told, sub { $_[0]{state} eq 'ack' && words_of($_[0], 'L') == 1 && !words_of($_[0], '[RTCND]') });
	my $double = first_of($told, sub { $_[0]{state} eq 'ack' && words_of($_[0], 'L') > 1 });
	my $failed = first_of($told, sub { $_[0]{state} eq 'none' && defined $_[0]{sent} && words_of($_[0], 'L') == 1 });
	my $unsent = first_of($told, sub { $_[0]{state} eq 'none' && !defined $_[0]{sent} });
	my $maker = first_of($told, sub { my ($known) = @_; $known->{state} eq 'ack' && words_of($known, 'D') });
	my @plants;

	my $row = sub { my ($known, $at) = @_; return join(', ', $known->{client}, $known->{number}, @{ (words_of($known, 'L'))[ $at // 0 ] }) };
	my $where = sub { my ($known, $at) = @_; return "client = $known->{client} AND txn = $known->{number} AND line = " . (words_of($known, 'L'))[$at][0] };
	my $insert = sub { my ($row) = @_; return "INSERT INTO $ledger $columns VALUES ($row)" };

	# the newer of two equal rows goes
	my $newest = "DELETE FROM $ledger WHERE id = (SELECT MAX(id) FROM $ledger)";

	push @plants, map { [ @$_ ] }
	  [ 'a transaction that is gone', { lost => 1 }, "DELETE FROM $ledger WHERE " . $where->($single, 0), $insert->($row->($single)) ],
	  [ 'a row that is gone', { lost => 1 }, "DELETE FROM $ledger WHERE " . $where->($double, 1), $insert->($row->($double, 1)) ],
	  [ 'a row that is there twice', { repeated => 1 }, $insert->($row->($double)), $newest ],
	  [ 'a row that nobody wrote', { invented => 1 }, $insert->('1, 10000000, 1, 7'), $newest ],
	  [ 'an amount that has changed', { invented => 1, lost => 1 }, "UPDATE $ledger SET amount = amount + 5000 WHERE " . $where->($double, 1),
		"UPDATE $ledger SET amount = amount - 5000 WHERE " . $where->($double, 1) ],
	  [ 'a broken sum', { balance => 1, sum => 1 }, "UPDATE $account SET balance = balance + 1 WHERE id = 1",
		"UPDATE $account SET balance = balance - 1 WHERE id = 1" ],
	  [ 'a transfer between other accounts', { balance => 2 }, "UPDATE $account SET balance = balance + 1.5 * (3 - 2 * id) WHERE id < 3",
		"UPDATE $account SET balance = balance - 1.5 * (3 - 2 * id) WHERE id < 3" ],
	  [ 'a counter that is one too low', { counter => 1 }, "UPDATE $counter SET value = value - 1 WHERE id = 2",
		"UPDATE $counter SET value = value + 1 WHERE id = 2" ],
	  [ 'a counter that is one too high', { counter => 1 }, "UPDATE $counter SET value = value + 1 WHERE id = 1",
		"UPDATE $counter SET value = value - 1 WHERE id = 1" ],
	  [ 'a ticket that nobody made', { ticket => 1 }, "INSERT INTO $ticket VALUES (1, N'-')", "DELETE FROM $ticket WHERE id = 1" ],
	  [ 'a commit without its mark', { mark => 1 }, "UPDATE dbo.commit_log SET outcome = 'aborted' WHERE id = '$mark'",
		"UPDATE dbo.commit_log SET outcome = 'committed' WHERE id = '$mark'" ];
	push @plants, [ 'a row that was told as failed', { invented => 1 }, $insert->($row->($failed)), $newest ] if $failed;
	push @plants, [ 'a row whose COMMIT was not sent', { invented => 1 }, $insert->("$unsent->{client}, $unsent->{number}, 1, 7"), $newest ] if $unsent;
	if ($maker)
	{
		my ($id) = @{ (words_of($maker, 'D'))[0] };
		push @plants, [ 'a ticket that was taken', { ticket => 1 }, "INSERT INTO $ticket VALUES ($id, N'-')", "DELETE FROM $ticket WHERE id = $id" ];
	}
	return @plants;
}

# name, what is found more, the transaction that is told otherwise, how
sub in_logs
{
	my ($scene, $told, $marked) = @_;
	my $plain = sub { my ($known) = @_; return $known->{state} eq 'ack' && !words_of($known, '[RTCND]') };
	my $single = first_of($told, sub { $plain->($_[0]) && words_of($_[0], 'L') == 1 && $marked->{ $_[0]{client} } });
	my $judged = first_of($told, sub { $plain->($_[0]) && words_of($_[0], 'L') && $marked->{ $_[0]{client} } && !$scene->excused($_[0]) });
	my $double = first_of($told, sub { $plain->($_[0]) && words_of($_[0], 'L') == 2 && !$marked->{ $_[0]{client} } });
	my %second = map { $_->{state} eq 'ack' ? map { $_->[0] => 1 } grep { $_->[1] == 2 } words_of($_, 'C') : () } $told->transactions;
	my $counted = first_of($told, sub {
		my ($known) = @_;
		my ($first) = words_of($known, 'C');
		return $known->{state} eq 'ack' && words_of($known, 'C') == 1 && $first->[1] == 1 && $second{ $first->[0] };
	});
	my @plants;

	push @plants, [ 'a commit told as failed', { invented => 1, mark => 1 }, $single, { state => 'none' } ] if $single;
	push @plants, [ 'a commit that is not known although it is marked', { unresolved => 1 }, $judged, { state => 'doubt' } ] if $judged;
	push @plants, [ 'half of a commit in doubt', { half => 1 }, $double,
		{ state => 'doubt', effects => [ @{ $double->{effects} }, 'L:1000:1' ] } ] if $double;
	push @plants, [ 'an increment that nobody heard of', { counter => 2 }, $counted,
		{ effects => [ grep { !/^C:/ } @{ $counted->{effects} } ] } ] if $counted;
	push @plants, [ 'two increments to the same value', { counter => 1 }, $counted,
		{ effects => [ map { s/^(C:\d+):1$/$1:2/r } @{ $counted->{effects} } ] } ] if $counted;
	return @plants;
}

sub more
{
	my ($before, $after) = @_;
	my %more;

	for my $subject (@subjects)
	{
		my $count = @{ $after->{$subject} } - @{ $before->{$subject} };
		$more{$subject} = $count if $count;
	}
	return join(' ', map { "$_ $more{$_}" } sort keys %more) || 'nothing';
}

sub wanted { my ($want) = @_; return join ' ', map { "$_ $want->{$_}" } sort keys %$want; }

# judge: a function of told and found.  Returns [name, problem or undef] for each plant.
sub plants
{
	my ($scene, $told, $part, $principal, $judge) = @_;
	my $database = $scene->database;
	my $clean = found($principal, $database, $part);
	my $before = $judge->($told, $clean);
	my @results;

	for my $plant (in_tables($told, $part, a_mark($principal, $database)))
	{
		my ($name, $want, $do, $undo) = @$plant;

		$principal->tsql($do, database => $database);
		my $planted = found($principal, $database, $part);
		my $found = more($before, $judge->($told, $planted));
		my $seen = differences($clean, $planted);
		$principal->tsql($undo, database => $database);
		push @results, [ $name, $found eq wanted($want) ? undef : 'want ' . wanted($want) . ", got $found" ];
		push @results, [ "$name, as a difference of the partners", $seen ? undef : 'nothing is seen' ];
	}
	for my $plant (in_logs($scene, $told, \%Scene::marked))
	{
		my ($name, $want, $victim, $lie) = @$plant;
		my $copy = bless { %$told, transactions => { %{ $told->{transactions} },
			"$victim->{client} $victim->{number}" => { %$victim, lines => undef, %$lie } } }, ref $told;
		my $found = more($before, $judge->($copy, $clean));

		push @results, [ $name, $found eq wanted($want) ? undef : 'want ' . wanted($want) . ", got $found" ];
	}
	return @results;
}

1;
