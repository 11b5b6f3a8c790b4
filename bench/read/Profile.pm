# Profile.pm: where a scan's time goes, by perf.
#
# On request (PROFILE=1): microseconds per row by whose code it is, of the floor
# program and of ours side by side, and the functions of ours that take most.
# Where a library has no symbols but those it exports, what it does inside stands
# under its name.

package Profile;

use strict;
use warnings;
use Ground;
use POSIX ();
use TdsMirror::Lab qw(slurp);

my $functions = 15;
my $seconds = 6;

# Whose code an object file is; iconv's tables are modules of upper-case names.
my @owners = (
	[ qr/^libsybdb/ => 'libsybdb' ],
	[ qr/^(?:libc\.|libm\.|ld-|[A-Z0-9_-]+\.so)/ => 'libc and its iconv' ],
	[ qr/^\[/ => 'kernel' ],
	[ qr/^(?:tds_mirror_fdw|floor$)/ => 'this, or the loop' ],
	[ qr/^postgres/ => 'PostgreSQL' ],
	[ qr/./ => 'others' ],
);

sub owner_of
{
	my ($object) = @_;
	my ($owner) = grep { $object =~ $_->[0] } @owners;
	return $owner->[1];
}

sub file { return "$ENV{LAB_RUN}/perf.data"; }

# perf as a process of its own, beside a backend that scans for some seconds; the
# microseconds of CPU per row, undef when perf would not run.
sub of_backend
{
	my ($bench, $schema, $table) = @_;
	my ($backend, $rows) = ($bench->{ground}{ours}, $bench->{ground}{rows}{$table});
	my $log = "$ENV{LAB_RUN}/perf.log";
	my ($cost, $scans) = (0, 0);

	unlink file();
	my $child = fork() // die "fork: $!\n";
	if ($child == 0)
	{
		open(STDOUT, '>', $log);
		open(STDERR, '>&', \*STDOUT);
		exec('perf', 'record', '-q', '-o', file(), '-p', $backend->{pid}, '--', 'sleep', $seconds) or POSIX::_exit(127);
	}
	my $end = Backend::now() + $seconds;
	while (Backend::now() < $end)
	{
		$cost += Ground::cost($backend, "EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM $schema.$table");
		$scans++;
	}
	waitpid $child, 0;
	return 1e6 * $cost / $scans / $rows if $? == 0 && -s file();
	print 'skip profile: perf cannot be run: ', (split /\n/, slurp($log))[0] // 'it is not installed', "\n";
	return;
}

sub of_floor
{
	my ($bench, $table) = @_;
	my $figures = $bench->{ground}->program('floor', { under => [ 'perf', 'record', '-q', '-o', file(), '--' ] }, "SELECT * FROM $table");
	return 1e6 * $figures->{cpu} / $figures->{rows};
}

# What perf has seen: microseconds per row, by owner and by function.
sub sorted
{
	my ($cost) = @_;
	my $file = file();
	my (%owner, %function);

	for my $line (split /\n/, `perf report -f --stdio -q --no-children -s dso,symbol -i $file 2>/dev/null`)
	{
		my ($percent, $object, $symbol) = $line =~ /^\s*([\d.]+)%\s+(\S+)\s+\[.\]\s+(\S+)/ or next;
		my $owner = owner_of($object);

		$owner{$owner} += $cost * $percent / 100;
		$function{ $symbol =~ /^0x/ ? "$owner, inside" : "$owner: $symbol" } += $cost * $percent / 100;
	}
	return { cost => $cost, owner => \%owner, function => \%function };
}

sub profile
{
	my ($bench, $table) = @_;
	my $report = $bench->{report};
	my (@heads, @profiles);

	for my $schema (qw(plain typed))
	{
		my $cost = of_backend($bench, $schema, $table) // return;
		push @profiles, sorted($cost);
		push @heads, $schema eq 'plain' ? 'this' : 'with remote_type';
	}
	unshift @profiles, sorted(of_floor($bench, $table));

	$report->table("scan of $table, us per row", 'floor', @heads);
	for my $owner (map { $_->[1] } @owners)
	{
		$report->add_row($owner, map { sprintf '%.3f', $_->{owner}{$owner} // 0 } @profiles) if grep { $_->{owner}{$owner} } @profiles;
	}
	$report->add_row('all', map { sprintf '%.3f', $_->{cost} } @profiles);

	my $last = $profiles[-1]{function};
	my @most = sort { $last->{$b} <=> $last->{$a} } keys %$last;
	splice @most, $functions if @most > $functions;
	$report->table("functions in a scan of $table, us per row", 'floor', @heads);
	for my $function (@most)
	{
		$report->add_row($function, map { sprintf '%.3f', $_->{function}{$function} // 0 } @profiles);
	}
	return;
}

sub measure
{
	my ($bench) = @_;

	return unless $bench->{profile};
	profile($bench, $_) for qw(wide words);
	return;
}

1;
