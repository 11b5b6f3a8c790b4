#!/usr/bin/perl
# run.pl: how fast the stand-in's rows stream.
#
# A bare DB-Library client (drain.c) reads tables and counts their rows; the
# server's own CPU is what /proc says of its process meanwhile.  Narrow tables of
# two columns first, then the wide rows of standin_rows(), stored and computed.
# SCALE shrinks the tables; below 1 the bar is printed but does not decide.
use strict;
use warnings;
use Cwd qw(getcwd);
use FindBin;
use POSIX ();
use Time::HiRes qw(time);
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder slurp);

my $scale = $ENV{SCALE} // 1;
my $full = 3_000_000;
my $rounds = 5;
my $bar = 2_000_000;

# name, columns of the table, expressions over standin_rows(), rows as a share of $full
my @tables = (
	[narrow => 'a int NOT NULL, b int NOT NULL', 'id, id * 7 % 1000003', 1],
	[decimal => 'a int NOT NULL, b decimal(18,2)', 'id, amount', 1],
	[datetime2 => 'a int NOT NULL, b datetime2(6)', 'id, moment', 1],
	[nvarchar => 'a int NOT NULL, b nvarchar(50)', 'id, name', 1],
	[wide => 'id int NOT NULL, number int, amount decimal(18,2), moment datetime2(6), code varchar(20),'
		  . ' name nvarchar(200), flag bit, ratio float, guid uniqueidentifier', '*', 1 / 3],
);
my ($passed, $failed) = (0, 0);
my $instance = TdsMirror::Instance->start('SPEED');
my $tick = POSIX::sysconf(POSIX::_SC_CLK_TCK());

sub ok
{
	my ($holds, $what) = @_;

	$holds ? $passed++ : $failed++;
	print "not ok - $what\n" unless $holds;
	return $holds;
}

sub server_cpu
{
	my @fields = split ' ', slurp("/proc/$instance->{pid}/stat") =~ s/.*\) //sr;

	return ($fields[11] + $fields[12]) / $tick;
}

# One read: rows, rows a second, the client's and the server's microseconds of CPU a row.
sub drain
{
	my ($query) = @_;
	my $before = server_cpu();

	local $ENV{BARE_USER} = $TdsMirror::Instance::user;
	local $ENV{BARE_PASSWORD} = $TdsMirror::Instance::password;
	open(my $pipe, '-|', build_folder() . '/standin_speed/drain', $instance->address, $instance->port,
		'speed', $query) or die "drain: $!\n";
	my $line = <$pipe> // '';
	close $pipe;
	my ($rows, $seconds, $cpu) = $line =~ /^rows (\d+) seconds ([\d.]+) cpu ([\d.]+)$/ or return;
	return { rows => $rows, speed => $rows / $seconds, client => 1e6 * $cpu / $rows,
		server => 1e6 * (server_cpu() - $before) / $rows };
}

sub median
{
	my ($name, @runs) = @_;
	return (sort { $a <=> $b } map { $_->{$name} } @runs)[$#runs / 2];
}

# Several reads of one query; the median of each figure.
sub measure
{
	my ($name, $query, $rows) = @_;
	my @runs = grep { defined } map { drain($query) } 1 .. $rounds;

	ok(@runs == $rounds && !(grep { $_->{rows} != $rows } @runs), "$name: $rows rows, $rounds times")
	  or return 0;
	my $speed = median('speed', @runs);
	printf "%-22s %9d rows %10.0f rows/s   server %.3f us/row   client %.3f us/row\n", $name, $rows, $speed,
	  median('server', @runs), median('client', @runs);
	return $speed;
}

$| = 1;
$instance->tsql('CREATE DATABASE speed');
my $narrow;
for my $table (@tables)
{
	my ($name, $columns, $values, $share) = @$table;
	my $rows = int($full * $share * $scale) || 1;
	my $start = time;

	$instance->tsql("CREATE TABLE $name ($columns)", database => 'speed');
	$instance->tsql("INSERT $name SELECT $values FROM standin_rows($rows)", database => 'speed');
	printf "%-22s %9d rows filled in %.1f s\n", $name, $rows, time - $start;
	my $speed = measure($name, "SELECT * FROM $name", $rows);
	$narrow //= $speed;
	measure("$name, computed", "SELECT $values FROM standin_rows($rows)", $rows) if $values !~ /[*] 7/;
}
my $good = $narrow >= $bar;
ok($good, "narrow rows stream at $bar rows/s") if $scale >= 1;
print "bench-standin: $passed passed, $failed failed\n";
printf "bar standin_narrow_rows_per_second %.0f %d %s\n", $narrow, $bar, $good ? 'ok' : 'short';
exit($failed ? 1 : 0);
