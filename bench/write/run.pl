# run.pl: what writing costs, beside freebcp and a bare DB-Library client.
#
# The same rows by freebcp, by the bare client's multi-row INSERT, by COPY and by
# INSERT ... SELECT, in turns, each into an empty table; an UPDATE that the server runs
# alone, beside the bare client's; and the requests of rows inserted one by one.  CPU
# is the client's alone.  SCALE below 1 writes fewer rows; then ratios are printed
# but do not decide.  ONLY=word[,word] measures the parts whose names contain one of the words.

use strict;
use warnings;
use FindBin;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Desk;
use Report qw(median);
use TdsMirror::Lab qw(slurp);

my $scale = $ENV{SCALE} || 1;
my $full = $scale >= 1;
my @only = split /,/, $ENV{ONLY} // '';
my $runs = $full ? 5 : 2;

# Rows of a statement of the bare client: what costs it least.
my $batch = 20;

sub at_least
{
	my ($least, $whole) = @_;
	my $count = int($whole * $scale + 0.5);
	return $count < $least ? $least : $count;
}

sub load
{
	my ($load) = slurp('/proc/loadavg') =~ /^(\S+)/;
	return "load of the machine: $load";
}

sub wanted
{
	my ($name) = @_;
	return !@only || grep { index($name, $_) >= 0 } @only;
}

# A statement's CPU in its backend and seconds.
sub statement
{
	my ($desk, $sql) = @_;
	my $backend = $desk->{backend};
	my $file = "/proc/$backend->{pid}/schedstat";
	my $before = (split ' ', slurp($file))[0];

	$backend->query($sql, 900);
	return ((split(' ', slurp($file)))[0] / 1e9 - $before / 1e9, $backend->{ended} - $backend->{sent});
}

# As a user runs it.
sub freebcp
{
	my ($desk) = @_;
	my $instance = $desk->{instance};
	my ($user, $system) = (times)[ 2, 3 ];
	my $start = clock_gettime(CLOCK_MONOTONIC);

	open(my $pipe, '-|', 'freebcp', 'dbo.loaded', 'in', $desk->{file}, '-c', '-S', $instance->address . ':' . $instance->port,
		'-U', $TdsMirror::Instance::user, '-P', $TdsMirror::Instance::password, '-D', 'bench') or die "freebcp: $!\n";
	my ($said) = grep { /rows copied/ } <$pipe>;
	close $pipe or die "freebcp failed\n";
	my $seconds = clock_gettime(CLOCK_MONOTONIC) - $start;
	my ($now_user, $now_system) = (times)[ 2, 3 ];
	die "freebcp: $said" if ($said // '') !~ /^$desk->{rows} rows/;
	return ($now_user + $now_system - $user - $system, $seconds);
}

sub bare_insert
{
	my ($desk) = @_;
	my $figures = $desk->change('insert', $desk->{rows}, $batch);
	return @{$figures}{qw(cpu seconds)};
}

# The ratio of each run's own figures.
sub ratio
{
	my ($cpu, $part, $whole) = @_;
	return median(map { $cpu->{$part}[$_] / $cpu->{$whole}[$_] } 0 .. $#{ $cpu->{$part} });
}

sub loads
{
	my ($report, $desk) = @_;
	my (%cpu, %seconds);
	my @clients = (
		[ 'freebcp in', 'loaded', sub { freebcp($desk) } ],
		[ 'bare multi-row INSERT', 'inserted', sub { bare_insert($desk) } ],
		[ 'COPY', 'copied', sub { statement($desk, "COPY ours.copied FROM '$desk->{file}'") } ],
		[ 'INSERT ... SELECT', 'copied', sub { statement($desk, 'INSERT INTO ours.copied SELECT * FROM local.row') } ],
	);

	return unless wanted('load');
	$report->table('rows', 'CPU, us per row', 'over freebcp', 'over the bare INSERT', 'rows per second');
	for my $run (1 .. $runs)
	{
		for my $client (@clients)
		{
			my ($name, $table, $load) = @$client;

			$desk->empty($table);
			my ($used, $took) = $load->();
			push @{ $cpu{$name} }, 1e6 * $used / $desk->{rows};
			push @{ $seconds{$name} }, $took;
			$report->check($desk->same($table), "$name: the rows are there") if $run == 1 && $table ne 'inserted';
		}
	}
	for my $name (map { $_->[0] } @clients)
	{
		my @cells = (sprintf('%.2f', median(@{ $cpu{$name} })), map({ sprintf '%.2f', ratio(\%cpu, $name, $_) } 'freebcp in', 'bare multi-row INSERT'),
			sprintf('%d', $desk->{rows} / median(@{ $seconds{$name} })));
		$report->add_row($name, @cells);
		$report->say(sprintf '%-22s %s us per row, %s over freebcp, %s over the bare INSERT, %s rows per second', $name, @cells);
	}
	$report->bar(copy_vs_freebcp => ratio(\%cpu, 'COPY', 'freebcp in'), 1.5);
	$report->bar(insert_select_vs_freebcp => ratio(\%cpu, 'INSERT ... SELECT', 'freebcp in'), 1.7);
	return;
}

# A statement for each row, in one transaction, prepared on both sides and warm; and
# one statement for all rows.
sub updates
{
	my ($report, $desk) = @_;
	my $rows = $desk->{changed};
	my $count = at_least(300, 3000);
	my $backend = $desk->{backend};
	my %way = (
		'each row by itself' => [ $count, 1, "SELECT changes($count)" ],
		'all rows by one statement' => [ 1, $rows, 'UPDATE ours.changed SET number = number + 1' ]);
	my $changed = 0;

	return unless wanted('update');
	$backend->query('CREATE FUNCTION changes(count int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1 .. count LOOP '
		  . 'UPDATE ours.changed SET number = number + 1 WHERE id BETWEEN i AND i; END LOOP; END $$');
	my $total = $backend->query('SELECT sum(number) FROM ours.changed');
	$report->table('UPDATE', 'rows', 'CPU, us per row', 'of the bare client', 'ratio', 'rows per second', 'of the bare client');
	for my $name (reverse sort keys %way)
	{
		my ($statements, $size, $sql) = @{ $way{$name} };
		my $all = $statements * $size;
		my (%cpu, %seconds);

		statement($desk, $sql);
		my $before = $desk->requests;
		statement($desk, $sql);
		$report->check($desk->requests - $before == $statements + 2, "$name: one request each, between BEGIN and COMMIT");
		for my $run (1 .. $runs)
		{
			my ($used, $took) = statement($desk, $sql);
			my $figures = $desk->change('update', $statements, $size);

			push @{ $cpu{this} }, $used;
			push @{ $cpu{bare} }, $figures->{cpu};
			push @{ $seconds{this} }, $took;
			push @{ $seconds{bare} }, $figures->{seconds};
		}
		$changed += $all * (2 + 2 * $runs);
		my @cells = ($all, map({ sprintf '%.3f', 1e6 * median(@{ $cpu{$_} }) / $all } 'this', 'bare'), sprintf('%.2f', ratio(\%cpu, 'this', 'bare')),
			map { sprintf '%d', $all / median(@{ $seconds{$_} }) } 'this', 'bare');
		$report->add_row($name, @cells);
		$report->say(sprintf 'UPDATE, %-26s %d rows, %s us per row, bare %s, ratio %s, %s rows per second, bare %s', $name, @cells);
		$report->bar(direct_update_vs_bare => ratio(\%cpu, 'this', 'bare'), 1.3) if $size == 1;
	}
	$report->check($backend->query('SELECT sum(number) FROM ours.changed') == $total + $changed, 'each row has changed each time');
	return;
}

# One transaction; what the server is asked once about the table has been asked.
sub singles
{
	my ($report, $desk) = @_;
	my $count = at_least(500, 10_000);
	my $backend = $desk->{backend};

	return unless wanted('single');
	$backend->query("CREATE FUNCTION single(first int, count int) RETURNS void LANGUAGE plpgsql AS \$\$\n"
		  . 'BEGIN FOR i IN first .. first + count - 1 LOOP INSERT INTO ours.single (id, number, name) VALUES (i, i, $q$row $q$ || i); END LOOP; END $$');
	$backend->query('SELECT single(1, 10)');
	my $before = $desk->requests;
	my ($used, $took) = statement($desk, "SELECT single(11, $count)");
	my $requests = $desk->requests - $before - 2;
	$report->table('rows inserted one by one', 'requests', 'CPU, us per row', 'rows per second');
	$report->add_row($count, $requests, sprintf('%.1f', 1e6 * $used / $count), sprintf('%d', $count / $took));
	$report->check($backend->query('SELECT count(*) FROM ours.single') == $count + 10, 'all of them are there');
	$report->bar(row_insert_round_trips => $requests / $count, 1, count => 1, exact => 1);
	return;
}

$| = 1;
my $report = Report->new('bench-write', $scale);
$report->say(load());
my $desk = Desk->start(rows => $batch * int(at_least(3000, 200_000) / $batch), changed => at_least(2000, 50_000));
$report->say("the tables are filled: $desk->{rows} rows");
loads($report, $desk);
updates($report, $desk);
singles($report, $desk);
$report->say(load());
exit $report->finish;
