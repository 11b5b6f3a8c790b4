# run.pl: 100,000 statements and 200 failovers in one backend.
#
# The statements come in blocks; two failovers of three come between two blocks,
# planned ones and kills, and a third in the middle of one, where an error is
# allowed but a wrong answer is not.  Memory and descriptors are read at the
# 10,000th statement and at the last; shared memory does not count as the backend's.
# SEED gives the order, SCALE makes all of it smaller.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../failover_matrix";
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(wait_until slurp);
use TdsMirror::Pair;
use Mix;
use Stage;

my $scale = $ENV{SCALE} || 1;
my $statements = int(100000 * $scale);
my $failovers = int(200 * $scale) || 1;
my $block_size = $scale < 0.05 ? 20 : 100;
my $start = time;
my ($done, $switched, $kept, $failed, %met) = (0, 0, 0, 0);
my @planned;

$| = 1;
srand($ENV{SEED} || 1);

my $cluster = TdsMirror::Cluster->start('endurance');
my $pair = TdsMirror::Pair->start(prefix => 'endurance-', witness => 1, script => $Mix::script);
my $psql = $cluster->session(name => 'endurance', timeout => 120);

sub problem
{
	my ($text) = @_;

	$failed++;
	print "not ok - after $done statements: $text\n" if $failed <= 20;
	return;
}

# (descriptors, kilobytes) of the backend, with its session open.
sub footprint
{
	$psql->query('SELECT count(*) FROM item');
	my $pid = $psql->backend;
	my @descriptors = glob("/proc/$pid/fd/*");
	my $status = slurp("/proc/$pid/status");
	my $sum = 0;

	$sum += $_ for $status =~ /^Rss(?:Anon|File):\s+(\d+)/mg;
	return (scalar @descriptors, $sum);
}

sub states_of
{
	my ($err) = @_;
	return $err =~ /^ERROR:\s+(\w{5}):/mg;
}

# What has happened to the partners lately.
sub last_events
{
	my @lines;

	for my $instance ($pair->a, $pair->b)
	{
		my @events = eval { $instance->control('events') };
		splice @events, 0, @events - 6 if @events > 6;
		push @lines, map { "$instance->{name}: $_\n" } @events;
	}
	return join '', @lines;
}

sub check_quiet
{
	my ($block, $out, $err) = @_;
	my @states = states_of($err);

	$met{$_}++ for @states;
	problem("errors @states instead of @{ $block->{states} }:\n$err" . last_events()) if "@states" ne "@{ $block->{states} }";
	problem("answers differ:\n$out\ninstead of\n" . join("\n", @{ $block->{out} })) if $out ne join("\n", @{ $block->{out} });
	$kept += $block->{kept};
	$done += @{ $block->{sql} };
	return;
}

sub quiet_block
{
	my $block = Mix->block($block_size);
	my (undef, $out, $err) = $psql->try(join ";\n", @{ $block->{sql} });

	return check_quiet($block, $out, $err);
}

my %allowed = map { $_ => 1 } qw(08006 08007 08001 25P02 34000 3B001 25P01);

# Something happens while the block runs: errors may be, of the right kind.
sub struck_block
{
	my ($strike) = @_;
	my $block = Mix->block($block_size);
	my $sql = join(";\n", @{ $block->{sql} }) =~ s/\bkept\b/struck/gr;
	my %expected = map { $_ => 1 } @{ $block->{states} };

	$psql->send($sql);
	sleep 0.001 + rand(0.03);
	$strike->();
	my (undef, undef, $err) = $psql->finish;
	for my $state (states_of($err))
	{
		$met{$state}++;
		problem("a failover brings $state:\n$err") unless $allowed{$state} || $expected{$state};
	}
	$psql->try('ROLLBACK');
	$done += @{ $block->{sql} };
	return;
}

sub principal
{
	return wait_until('the pair is whole', 60, sub {
		for my $instance ($pair->a, $pair->b)
		{
			my ($role, $state, undef, undef, $witness) = Stage::mirroring($instance) or return;
			return $instance if $role eq 'PRINCIPAL' && $state eq 'SYNCHRONIZED' && $witness eq 'CONNECTED';
		}
		return;
	});
}

sub other_of { my ($instance) = @_; return $instance == $pair->a ? $pair->b : $pair->a; }

sub wait_for
{
	my ($instance) = @_;
	wait_until("$instance->{name} serves", 60, sub { Stage::serving($instance) });
	return;
}

sub by_ourselves
{
	my $old = principal();
	my ($ok, $out, $err) = $psql->try("SELECT old_principal, new_principal FROM tds_mirror_failover('erp')");
	my $expected = $old->name . '|' . other_of($old)->name;

	problem("a failover: $out$err") unless $ok && $out eq $expected;
	$done++;
	return;
}

sub by_somebody
{
	my $old = principal();
	my ($answer) = $old->control('failover erp');

	problem("the server refuses a failover: $answer") unless $answer eq 'ok';
	wait_for(other_of($old));
	return;
}

sub by_death
{
	my $old = principal();

	$old->kill9;
	wait_for(other_of($old));
	return $old;
}

# One failover, of the kinds in turn.
sub fail_over
{
	my $kind = $switched++ % 6;
	my $dead;

	if ($kind == 2)
	{
		principal();
		struck_block(\&by_somebody);
	}
	elsif ($kind == 5)
	{
		principal();
		struck_block(sub { $dead = by_death(); });
	}
	elsif ($kind == 1)
	{
		$dead = by_death();
		quiet_block();
	}
	else
	{
		$kind % 2 ? by_somebody() : by_ourselves();
		quiet_block();
	}
	$dead->launch if $dead;
	principal();
	return;
}

$psql->query(server_sql($pair, login_timeout => '20 s', silence_check => '1 s') . $Mix::tables);
$psql->query('ANALYZE wanted; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off');

my $warm = $scale < 1 ? int($statements / 2) : 10000;
my @before;
my $said = 0;

while ($done < $statements || $switched < $failovers)
{
	fail_over() if $switched < $failovers * ($done + $block_size) / $statements && $switched < $failovers;
	quiet_block() if $done < $statements;
	if (!@before && $done >= $warm)
	{
		@before = footprint();
	}
	if ($done - $said >= $statements / 20)
	{
		$said = $done;
		printf "# %7d statements, %3d failovers, %d descriptors, %d kB, %.0f s\n", $done, $switched, footprint(), time - $start;
	}
}
quiet_block();
my @after = footprint();
my $there = principal()->tsql("SELECT COUNT(*) FROM dbo.ledger WHERE note = N'kept'", database => 'erp') =~ s/\D+//gr;
problem("$kept rows were committed for good, $there are there") if $there != $kept;
my $undone = principal()->tsql("SELECT COUNT(*) FROM dbo.ledger WHERE note = N'undone'", database => 'erp') =~ s/\D+//gr;
problem("$undone rows are there that were rolled back") if $undone != 0;
printf "# %d statements, %d failovers, %d rows kept; errors: %s; %.0f s\n", $done, $switched, $kept,
  join(', ', map { "$_ x $met{$_}" } sort keys %met), time - $start;
$psql->quit;
$pair->stop;
$cluster->stop;

my %figure = (rss_growth_kb => $after[1] - $before[1], fd_growth => $after[0] - $before[0]);
my ($passed, $short) = (2, '');
for my $bar ([ 'rss_growth_kb', 1024 ], [ 'fd_growth', 0 ])
{
	my ($name, $limit) = @$bar;
	my $good = $figure{$name} <= $limit;

	$failed++, $passed-- unless $good;
	$short .= sprintf "bar %s %d %d %s\n", $name, $figure{$name}, $limit, $good ? 'ok' : 'short';
}
print $short;
printf "endurance: %d passed, %d failed\n", $passed, $failed;
exit($failed ? 1 : 0);
