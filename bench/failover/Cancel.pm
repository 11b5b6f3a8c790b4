# Cancel.pm: how long a cancel takes, in every phase of a statement.
#
# The time runs from the cancel request to the moment that the backend is ready
# for the next statement.  Three classes: where we wait ourselves or the server
# acknowledges attention; inside FreeTDS's login, which cannot be told to stop; and
# where the server says nothing any more, so that the connection is closed after
# a bound.  After each cancel statement_timeout still has to end a local query.

package Cancel;

use strict;
use warnings;
use Backend;
use Report qw(percentile);
use TdsMirror::Foreign qw(server_sql);
use Time::HiRes qw(sleep);

my $rows = 1_000_000_000;
my $insert = q{SELECT tds_mirror_exec('cancel', 'INSERT INTO dbo.noted VALUES (1)')};

sub both
{
	my ($fault) = @_;
	return sub { my ($stage) = @_; $_->control("fault $fault count 1000000") for @{$stage}{qw(a b)}; };
}

sub replaced
{
	my ($by) = @_;
	return sub { my ($stage) = @_; $stage->replace($_, $by) for @{$stage}{qw(a b)}; };
}

sub principal
{
	my ($fault) = @_;
	return sub { my ($stage) = @_; $stage->{a}->control("fault $fault count 1000000"); };
}

# sql; fault (what makes it wait); knows: a session was there before (open) or only
# its partner is known (known); prepare: statements before the fault; class; alone:
# one at a time; state: the SQLSTATE if not 57014.
my @phases = (
	[ 'accepted and silent', fault => replaced('silent') ],
	[ 'accepted and silent, principal known', fault => replaced('silent'), knows => 'known', class => 'login' ],
	[ 'after PRELOGIN', fault => both('prelogin hang') ],
	[ 'after LOGIN7', fault => both('login hang'), class => 'login' ],
	[ 'race with a black hole', fault => replaced('black hole') ],
	[ 'pause after a round, refused', fault => replaced('refused') ],
	[ 'pause after a round, no principal', fault => both('login error 4060') ],
	[ 'before the first row', sql => 'SELECT n FROM cancel_late', knows => 'open' ],
	[ 'between rows', sql => 'SELECT sum(id) FROM (SELECT id FROM cancel_gap OFFSET 0) AS travelling', knows => 'open' ],
	[ 'while rows stream', sql => 'SELECT sum(id) FROM (SELECT id FROM cancel_many OFFSET 0) AS travelling', knows => 'open' ],
	[ 'silence check', sql => 'SELECT n FROM cancel_late_checked', knows => 'open',
		fault => sub { $_[0]->replace($_[0]{b}, 'silent') } ],
	[ 'tds_mirror_failover waits', sql => q{SELECT tds_mirror_failover('cancel')}, knows => 'open', alone => 1,
		fault => sub { $_[0]{b}->control('fault login error 4060 count 1000000') } ],
	[ 'before the first row, deaf', knows => 'open', class => 'deaf', fault => principal('batch hang') ],
	[ 'between rows, deaf', sql => 'SELECT sum(id) FROM (SELECT id FROM cancel_few OFFSET 0) AS travelling',
		knows => 'open', class => 'deaf', fault => principal('row hang 1000') ],
	[ 'while rows stream, deaf', sql => 'SELECT sum(id) FROM (SELECT id FROM cancel_many OFFSET 0) AS travelling',
		knows => 'open', class => 'deaf', fault => principal('attention ignore') ],
	[ 'savepoint, deaf', sql => $insert, knows => 'open', prepare => [ 'BEGIN', $insert, 'SAVEPOINT s' ],
		class => 'deaf', alone => 1, fault => principal('batch hang') ],
	[ 'rollback, deaf', sql => 'ROLLBACK', knows => 'open', prepare => [ 'BEGIN', $insert ], class => 'deaf', alone => 1,
		state => '', fault => principal('batch hang') ],
	[ 'COMMIT, deaf', sql => 'COMMIT', knows => 'open', prepare => [ 'BEGIN', $insert ], class => 'deaf', alone => 1,
		state => '08007', fault => principal('commit_before_reply hang') ],
);

sub set_up
{
	my ($bench) = @_;
	my $backend = Backend->start($bench->{cluster}->port);
	my %queries = (
		late => "SELECT COUNT_BIG(*) AS n FROM standin_rows($rows)",
		gap => "SELECT id FROM standin_rows($rows) WHERE id <= 5000 OR id > $rows - 10",
		many => "SELECT id FROM standin_rows($rows)",
		few => 'SELECT id FROM standin_rows(100000)',
		who => 'SELECT @@SERVERNAME AS instance',
	);

	$bench->{stage}->lead($bench->{stage}{a});
	$bench->{stage}{a}->tsql('CREATE TABLE dbo.noted (id int NOT NULL)', database => 'erp');
	$backend->query(server_sql($bench->{stage}{pair}, name => 'cancel', login_timeout => '60 s', silence_check => '0'));
	$backend->query(server_sql($bench->{stage}{pair}, name => 'checked', silence_check => '100 ms'));
	for my $name (sort keys %queries)
	{
		my $column = $name eq 'late' ? 'n bigint' : $name eq 'who' ? 'instance text' : 'id int';
		$backend->query("CREATE FOREIGN TABLE cancel_$name ($column) SERVER cancel OPTIONS (query '$queries{$name}')");
	}
	$backend->query("CREATE FOREIGN TABLE cancel_late_checked (n bigint) SERVER checked OPTIONS (query '$queries{late}')");
	$backend->quit;
	return;
}

# statement_timeout has a timer of its own, which nobody may have taken away.
sub local_timeout_works
{
	my ($backend) = @_;

	$backend->try('ROLLBACK');
	$backend->try("SET statement_timeout = '50ms'");
	my $start = Backend::now();
	my $state = $backend->try('SELECT pg_sleep(20)');
	my $good = $state eq '57014' && Backend::now() - $start < 10;
	$backend->try('RESET statement_timeout');
	return $good;
}

# One batch of cancels under one setting of the fault; milliseconds.
sub batch
{
	my ($bench, $phase, $width) = @_;
	my ($name, %options) = @$phase;
	my $stage = $bench->{stage};
	my $knows = $options{knows} // '';
	my $sql = $options{sql} // 'SELECT instance FROM cancel_who';
	my @backends = map { Backend->start($bench->{cluster}->port) } 1 .. $width;
	my @times;

	if ($knows)
	{
		for my $backend ($knows eq 'known' ? Backend->start($bench->{cluster}->port) : @backends)
		{
			$backend->query('SELECT instance FROM cancel_who');
			$backend->query('SELECT count(*) FROM cancel_late_checked WHERE false');
		}
	}
	else
	{
		$bench->{observer}->query("SELECT tds_mirror_forget('cancel')");
	}
	for my $statement (@{ $options{prepare} // [] })
	{
		$_->query($statement) for @backends;
	}
	$options{fault}->($stage) if $options{fault};
	$_->send($sql) for @backends;
	Backend::finish_all(0.15 + rand 0.35, @backends);
	$_->cancel for @backends;
	Backend::finish_all(20, @backends);
	for my $backend (@backends)
	{
		my $state = $backend->{state} // '';
		my $time = $backend->finished ? 1000 * ($backend->{ended} - $backend->{cancelled}) : 20_000;

		push @times, $time;
		if ($state ne ($options{state} // '57014'))
		{
			$bench->{cancel_wrong}++;
			print "wrong: $name: the cancel brought '$state' ", $backend->{error} // '', "\n";
		}
	}
	$stage->restore($_) for @{$stage}{qw(a b)};
	for my $backend (@backends)
	{
		$bench->{timeouts_lost}++ unless $backend->finished && local_timeout_works($backend);
		$backend->quit;
	}
	$stage->lead($stage->{a});
	return @times;
}

sub measure
{
	my ($bench) = @_;
	my %class = map { $_ => [] } qw(prompt login deaf);

	my @chosen = grep { $bench->{only}->("cancel $_->[0]") } @phases or return;
	@{$bench}{qw(cancel_wrong timeouts_lost)} = (0, 0);
	set_up($bench);
	for my $phase (@chosen)
	{
		my ($name, %options) = @$phase;
		my $width = $options{alone} ? 1 : 5;
		my @times;

		while (@times < $bench->{cancels})
		{
			my $left = $bench->{cancels} - @times;
			push @times, batch($bench, $phase, $left < $width ? $left : $width);
		}
		$bench->{report}->row("cancel: $name", 'this', @times);
		push @{ $class{ $options{class} // 'prompt' } }, @times;
	}
	my $report = $bench->{report};
	$report->bar(cancel_p95 => scalar percentile(0.95, @{ $class{prompt} }), 100);
	$report->bar(cancel_max => scalar percentile(1, @{ $class{prompt} }, @{ $class{login} }), 1100);
	$report->bar(cancel_unacknowledged_max => scalar percentile(1, @{ $class{deaf} }), 2000);
	$report->bar(cancel_wrong_outcomes => $bench->{cancel_wrong}, 0, count => 1);
	$report->bar(local_timeouts_lost => $bench->{timeouts_lost}, 0, count => 1);
	return;
}

1;
