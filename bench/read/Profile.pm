# Profile.pm: where a scan's time goes, by perf.
#
# On request (PROFILE=1).  The functions that take most, and the sums by who they
# belong to.  libsybdb has no symbols but those it exports: what it does inside
# stands under its name.

package Profile;

use strict;
use warnings;
use Ground;
use TdsMirror::Lab qw(slurp);

my $functions = 15;
my $seconds = 6;

# Whose code an object file is.
my @owners = (
	[ qr/^libsybdb/ => 'libsybdb' ],
	[ qr/^(?:libc|UTF-16|libm)/ => 'libc and its iconv' ],
	[ qr/^(?:\[kernel|\[vdso)/ => 'kernel' ],
	[ qr/^tds_mirror_fdw/ => 'this' ],
	[ qr/^tds_fdw/ => 'tds_fdw' ],
	[ qr/^postgres/ => 'PostgreSQL' ],
	[ qr/./ => 'others' ],
);

sub owner_of
{
	my ($object) = @_;
	my ($owner) = grep { $object =~ $_->[0] } @owners;
	return $owner->[1];
}

# [percent, object, symbol], most first; empty with a reason printed.
sub samples
{
	my ($backend, $sql) = @_;
	my $file = "$ENV{LAB_RUN}/perf.data";
	my $log = "$ENV{LAB_RUN}/perf.log";
	my $child = fork() // die "fork: $!\n";

	unlink $file;
	if ($child == 0)
	{
		open(STDOUT, '>', $log);
		open(STDERR, '>&', \*STDOUT);
		exec('perf', 'record', '-q', '-o', $file, '-p', $backend->{pid}, '--', 'sleep', $seconds) or exit 127;
	}
	my $end = Backend::now() + $seconds;
	$backend->query($sql) while Backend::now() < $end;
	waitpid $child, 0;
	if ($? || !-s $file)
	{
		print 'skip profile: perf cannot be run: ', (split /\n/, slurp($log))[0] // 'it is not installed', "\n";
		return;
	}
	my @lines = map { /^\s*([\d.]+)%\s+(\S+)\s+\[.\]\s+(.*?)\s*$/ ? [ $1, $2, $3 ] : () }
	  split /\n/, `perf report -f --stdio -q --no-children -g none -s dso,symbol -i $file 2>/dev/null`;
	return @lines;
}

sub profile
{
	my ($bench, $name, $backend, $sql) = @_;
	my $report = $bench->{report};
	my (%owner, %function);

	for my $sample (samples($backend, $sql))
	{
		my ($percent, $object, $symbol) = @$sample;
		my $owner = owner_of($object);
		$owner{$owner} += $percent;
		$function{ $symbol =~ /^0x/ ? "$owner, inside" : "$owner: $symbol" } += $percent;
	}
	return unless %owner;
	$report->table("profile of $name", '%');
	$report->add_row("all of $_", sprintf '%.1f', $owner{$_}) for sort { $owner{$b} <=> $owner{$a} } keys %owner;
	my @most = sort { $function{$b} <=> $function{$a} } keys %function;
	splice @most, $functions if @most > $functions;
	$report->add_row($_, sprintf '%.1f', $function{$_}) for @most;
	return;
}

sub measure
{
	my ($bench) = @_;
	my $ground = $bench->{ground};

	return unless $bench->{profile};
	for my $schema ('plain', $ground->{untyped} ? () : 'typed')
	{
		for my $table (qw(wide words))
		{
			profile($bench, "a scan of $schema.$table", $ground->{ours}, "EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM $schema.$table");
		}
	}
	return;
}

1;
