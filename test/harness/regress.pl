# regress.pl [TOPIC...]: pg_regress on sql/*.sql against a mirrored pair.

use strict;
use warnings;
use File::Basename qw(basename);
use File::Path qw(make_path);
use FindBin;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(bindir build_folder scratch_folder slurp);
use TdsMirror::Pair;

my $top = "$FindBin::Bin/../..";
my @topics = @ARGV ? @ARGV : map { basename($_, '.sql') } sort glob("$top/sql/*.sql");
my $pair = TdsMirror::Pair->start(prefix => 'regress-', database => 'regress',
	script => slurp("$FindBin::Bin/regress_schema.sql"),
	map { $_ => { more => [ '--view-any-database', 0 ] } } 'a', 'b');
my $cluster = TdsMirror::Cluster->start('regress');
my $out = scratch_folder('regress-out');

$ENV{TDS_HOST} = '127.0.0.1';
$ENV{TDS_PORT_A} = $pair->a->port;
$ENV{TDS_PORT_B} = $pair->b->port;
$ENV{TDS_USER} = $TdsMirror::Instance::user;
$ENV{TDS_PASSWORD} = $TdsMirror::Instance::password;
$ENV{TDS_DATABASE} = $pair->database;

chomp(my $pgxs = `@{[$ENV{PG_CONFIG} // "pg_config"]} --pgxs`);
(my $pg_regress = $pgxs) =~ s{src/makefiles/pgxs\.mk$}{src/test/regress/pg_regress};

# Input and expected files are found from here: only later versions can be told where.
chdir $top or die "chdir: $!\n";
open(my $run, '-|', $pg_regress, '--bindir', bindir(), '--host', '127.0.0.1', '--port', $cluster->port,
	'--user', 'lab', '--inputdir', '.', '--outputdir', $out,
	'--dbname', 'regression', '--load-extension', 'tds_mirror_fdw', @topics)
  or die "cannot run $pg_regress: $!\n";

# "test NAME ... ok" up to version 15, "ok 1 - NAME" since.
my ($passed, $failed) = (0, 0);
while (my $line = <$run>)
{
	print $line;
	$passed++ if $line =~ /^(?:test\s.*\.\.\. ok|ok\s+\d)/;
	$failed++ if $line =~ /^(?:test\s.*\.\.\. FAILED|not ok\s+\d)/;
}
my $status = close($run) ? 0 : 1;

print slurp("$out/regression.diffs") if $failed && -e "$out/regression.diffs";
$failed++ if $status != 0 && !$failed;
print "regress: $passed passed, $failed failed\n";
exit($failed || !$passed ? 1 : 0);
